package io.github.rlrr.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;

/**
 * A part of a network between two arrays, such as one encoder block: the unit in which memory is
 * given back.
 *
 * <p>A network that runs its parts through {@link #run} holds the effective values of one part at a
 * time, and its training can compute a part again in backward rather than keep what it computed
 * (recomputation, also called gradient checkpointing). A segment must depend on nothing but the
 * store, its input and libtorch's random generator, and read its parameters from the store it is
 * given, which may be another one each time.
 */
@FunctionalInterface
public interface Segment {

    /**
     * Computes this part.
     *
     * @param store answers with the parameters' values
     * @param x the input, which stays the caller's to close
     * @return the output, on the input's manager
     */
    NDArray forward(ParameterStore store, NDArray x);

    /** A parameter store that has a say in how segments are run. */
    interface Runner {

        /**
         * Runs a segment.
         *
         * @param segment the part of the network
         * @param x its input, which stays the caller's to close
         * @return the output, on the input's manager
         */
        NDArray run(Segment segment, NDArray x);
    }

    /**
     * Runs a segment as the store wants it: an adapter's store frees the effective values at its
     * end, the store of a training step may compute it again later. Any other store just runs it.
     *
     * @param store answers with the parameters' values
     * @param x the input, which stays the caller's to close
     * @param segment the part of the network
     * @return the output, on the input's manager
     */
    static NDArray run(ParameterStore store, NDArray x, Segment segment) {
        return store instanceof Runner runner ? runner.run(segment, x) : segment.forward(store, x);
    }
}
