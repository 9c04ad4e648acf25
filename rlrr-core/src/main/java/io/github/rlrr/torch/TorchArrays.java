package io.github.rlrr.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Arrays in memory that libtorch allocates.
 *
 * <p>DJL's {@code create} wraps a Java buffer, aligned to 16 bytes and to no more: where it lies
 * differs from run to run. Vectorised kernels group their sums by alignment, so the same numbers
 * then round differently. libtorch's own memory is aligned to 64 bytes always; a run repeats bit
 * for bit only with it.
 */
public final class TorchArrays {

    private TorchArrays() {}

    /**
     * Copies values into a new array.
     *
     * @param manager owns the array and gives its device
     * @param values the values in row-major order
     * @param shape the shape
     * @return a float32 array
     */
    public static NDArray create(NDManager manager, float[] values, Shape shape) {
        try (NDArray wrapped = manager.create(values, shape)) {
            return wrapped.duplicate();
        }
    }
}
