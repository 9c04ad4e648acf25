package io.github.rlrr.tensor;

import ai.djl.ndarray.types.Shape;

/**
 * What a reader accepts from a file it does not trust.
 *
 * <p>Every size in a file is a claim. Readers check each claim against the length of the file and
 * against these limits before they allocate anything. The defaults admit every published vision
 * checkpoint; raise one with its {@code with} method where a file is known to be larger.
 *
 * @param maxHeaderBytes the longest header: the JSON of a safetensors file, the header of one array
 *     in an npz file, or the pickle of a PyTorch file
 * @param maxTensors the most tensors in one file, the most metadata entries, and for PyTorch files
 *     also the most storages; their pickle may take 64 steps for each
 * @param maxDimensions the most dimensions of one tensor
 * @param maxTensorBytes the most bytes of one tensor, uncompressed
 */
public record ReadLimits(
        long maxHeaderBytes, int maxTensors, int maxDimensions, long maxTensorBytes) {

    /** Longest header by default: 100 MB, the limit of the safetensors reference implementation. */
    public static final long DEFAULT_MAX_HEADER_BYTES = 100_000_000L;

    /** Most tensors by default: 100,000. A ViT-L checkpoint has about 300. */
    public static final int DEFAULT_MAX_TENSORS = 100_000;

    /** Most dimensions by default: 8. A three-dimensional convolution's weight has 5. */
    public static final int DEFAULT_MAX_DIMENSIONS = 8;

    /** Most bytes of one tensor by default: 16 GiB. */
    public static final long DEFAULT_MAX_TENSOR_BYTES = 16L << 30;

    /** The limits used where none are given. */
    public static final ReadLimits DEFAULTS =
            new ReadLimits(
                    DEFAULT_MAX_HEADER_BYTES,
                    DEFAULT_MAX_TENSORS,
                    DEFAULT_MAX_DIMENSIONS,
                    DEFAULT_MAX_TENSOR_BYTES);

    /**
     * Checks the limits.
     *
     * @param maxHeaderBytes 0 to 1 GiB
     * @param maxTensors at least 0
     * @param maxDimensions at least 0
     * @param maxTensorBytes at least 0
     * @throws IllegalArgumentException if a limit is negative, or if {@code maxHeaderBytes} is more
     *     than 1 GiB
     */
    public ReadLimits {
        // A header is held in memory as one array.
        requireRange("maxHeaderBytes", maxHeaderBytes, 1L << 30);
        requireRange("maxTensors", maxTensors, Integer.MAX_VALUE);
        requireRange("maxDimensions", maxDimensions, Integer.MAX_VALUE);
        requireRange("maxTensorBytes", maxTensorBytes, Long.MAX_VALUE);
    }

    /**
     * These limits with another longest header.
     *
     * @param bytes the longest header in bytes, 0 to 1 GiB
     * @return the changed limits
     */
    public ReadLimits withMaxHeaderBytes(long bytes) {
        return new ReadLimits(bytes, maxTensors, maxDimensions, maxTensorBytes);
    }

    /**
     * These limits with another number of tensors.
     *
     * @param count the most tensors, at least 0
     * @return the changed limits
     */
    public ReadLimits withMaxTensors(int count) {
        return new ReadLimits(maxHeaderBytes, count, maxDimensions, maxTensorBytes);
    }

    /**
     * These limits with another number of dimensions.
     *
     * @param count the most dimensions of one tensor, at least 0
     * @return the changed limits
     */
    public ReadLimits withMaxDimensions(int count) {
        return new ReadLimits(maxHeaderBytes, maxTensors, count, maxTensorBytes);
    }

    /**
     * These limits with another largest tensor.
     *
     * @param bytes the most bytes of one tensor, at least 0
     * @return the changed limits
     */
    public ReadLimits withMaxTensorBytes(long bytes) {
        return new ReadLimits(maxHeaderBytes, maxTensors, maxDimensions, bytes);
    }

    /** Builds the description of a tensor, refusing shapes beyond these limits. */
    TensorInfo describe(String name, TensorType type, Shape shape) throws TensorProblemException {
        if (shape.dimension() > maxDimensions) {
            throw new TensorProblemException(
                    "has %s dimensions, expected at most %s (ReadLimits.maxDimensions)"
                            .formatted(shape.dimension(), maxDimensions));
        }
        TensorInfo tensor;
        try {
            tensor = new TensorInfo(name, type, shape);
        } catch (IllegalArgumentException e) {
            throw new TensorProblemException("has a bad shape: " + e.getMessage());
        }
        if (tensor.byteCount() > maxTensorBytes) {
            throw new TensorProblemException(
                    "claims %s bytes, expected at most %s (ReadLimits.maxTensorBytes)"
                            .formatted(tensor.byteCount(), maxTensorBytes));
        }
        return tensor;
    }

    private static void requireRange(String name, long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", expected a value from 0 to " + max);
        }
    }
}
