package io.github.rlrr.training;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A random-access set of labelled examples, each read straight into its place in a batch.
 *
 * <p>Worker threads call {@link #read} ahead of need, so implementations are safe for concurrent
 * readers. What an example looks like depends on its index and on {@code random} alone, never on
 * the thread or the order of calls: that is what makes a run repeatable.
 */
public interface LabelledDataset {

    /**
     * The number of examples.
     *
     * @return the size, at least 1
     */
    int size();

    /**
     * The shape of one example without a batch axis, such as (3, 224, 224).
     *
     * @return the shape, channels first for images
     */
    Shape exampleShape();

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

    /**
     * Writes one example, augmented where this set augments, normalised, as float32.
     *
     * @param index the example, 0 to {@code size() - 1}
     * @param random the only source of randomness an augmentation may use
     * @param target the batch being filled
     * @param offset where in {@code target} this example begins; {@code exampleShape().size()}
     *     values are written
     */
    void read(int index, SplittableRandom random, float[] target, int offset);
}
