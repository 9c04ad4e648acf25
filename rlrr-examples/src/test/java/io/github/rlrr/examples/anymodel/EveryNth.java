package io.github.rlrr.examples.anymodel;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.data.Examples;
import java.util.List;
import java.util.SplittableRandom;

/** Every n-th example of a data set ordered by class, so that all classes are among them. */
record EveryNth(Examples all, int n) implements Examples {

    @Override
    public int size() {
        return all.size() / n;
    }

    @Override
    public Shape exampleShape() {
        return all.exampleShape();
    }

    @Override
    public String task() {
        return all.task();
    }

    @Override
    public List<String> answerNames() {
        return all.answerNames();
    }

    @Override
    public int targetSize() {
        return all.targetSize();
    }

    @Override
    public double[] target(int index) {
        return all.target(index * n);
    }

    @Override
    public void read(int index, SplittableRandom random, float[] target, int offset) {
        all.read(index * n, random, target, offset);
    }
}
