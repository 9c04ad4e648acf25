package io.github.rlrr.examples.anymodel;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.data.LabelledDataset;
import java.util.List;
import java.util.SplittableRandom;

/** Every n-th example of a data set ordered by class, so that all classes are among them. */
record EveryNth(LabelledDataset all, int n) implements LabelledDataset {

    @Override
    public int size() {
        return all.size() / n;
    }

    @Override
    public Shape exampleShape() {
        return all.exampleShape();
    }

    @Override
    public List<String> classNames() {
        return all.classNames();
    }

    @Override
    public int label(int index) {
        return all.label(index * n);
    }

    @Override
    public void read(int index, SplittableRandom random, float[] target, int offset) {
        all.read(index * n, random, target, offset);
    }
}
