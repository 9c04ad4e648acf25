package io.github.rlrr.data;

import java.util.List;

/** A set of examples of which each has one label, the index of its class. */
public interface LabelledDataset extends Examples {

    /**
     * The class names; a label is an index into this list.
     *
     * @return the names in label order
     */
    List<String> classNames();

    /**
     * The label of an example.
     *
     * @param index the example, 0 to {@code size() - 1}
     * @return the class index, 0 to {@code classNames().size() - 1}
     */
    int label(int index);

    @Override
    default String task() {
        return "single-label";
    }

    @Override
    default List<String> answerNames() {
        return classNames();
    }

    @Override
    default int targetSize() {
        return 1;
    }

    /** {@inheritDoc} It is the label. */
    @Override
    default double[] target(int index) {
        return new double[] {label(index)};
    }
}
