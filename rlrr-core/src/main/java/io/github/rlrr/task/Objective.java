package io.github.rlrr.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * The loss of a task in training, on the device, and what is counted there beside it. Owns its
 * arrays. What it counts is read with the losses, every few steps.
 */
public interface Objective extends AutoCloseable {

    /**
     * Brings targets to the device.
     *
     * @param values the targets of a batch, one example's after the other's
     * @param examples B
     * @param scope owns what is made
     * @return an array of B rows
     */
    NDArray targets(double[] values, int examples, NDManager scope);

    /**
     * The mean loss of a batch, with autograd.
     *
     * @param outputs (B, outputs)
     * @param targets what {@link #targets} made
     * @param lambda λ where batches are mixed: each example has λ of its own target and 1−λ of that
     *     of its partner, example B−1−i
     * @param scope owns what is made
     * @return a scalar
     */
    NDArray loss(NDArray outputs, NDArray targets, float lambda, NDManager scope);

    /**
     * Counts a batch.
     *
     * @param outputs (B, outputs)
     * @param targets what {@link #targets} made
     */
    void count(NDArray outputs, NDArray targets);

    /**
     * Reads the counts since the last reading from the device.
     *
     * @return a sum for each of {@link Task#counts}
     */
    double[] readCounts();

    /**
     * What an example weighs in the mean loss, so that accumulated batches make the mean of one.
     *
     * @param target its target
     * @return 0 or more
     */
    double weight(double[] target);

    @Override
    void close();
}
