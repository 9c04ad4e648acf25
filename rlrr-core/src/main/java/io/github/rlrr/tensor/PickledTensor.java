package io.github.rlrr.tensor;

import org.jspecify.annotations.Nullable;

/**
 * A tensor as a pickle describes it: element (i1, …, in) is number offset + Σ iₖ·strideₖ of a
 * storage. Nothing is checked but the kinds of the values.
 *
 * @param storage where the elements are
 * @param type their type
 * @param offset the first element's number in the storage
 * @param size the dimensions
 * @param stride the distance of neighbours along each dimension, in elements
 */
record PickledTensor(Storage storage, ElementType type, long offset, long[] size, long[] stride) {

    /**
     * An element type.
     *
     * @param name as PyTorch spells it
     * @param type the type, or null if no reader knows it
     */
    record ElementType(String name, @Nullable TensorType type) {}

    /**
     * Elements in a row, an entry {@code data/KEY} of the archive.
     *
     * @param type their type, or null for bare bytes
     * @param key the entry's name below {@code data/}
     * @param count how many there are, as claimed
     */
    record Storage(@Nullable ElementType type, String key, long count) {}

    /** The number of elements, at most {@link Long#MAX_VALUE}. */
    long elementCount() {
        long count = 1;
        for (long dimension : size) {
            if (dimension == 0) {
                return 0;
            }
            count =
                    count > Long.MAX_VALUE / Math.abs(dimension)
                            ? Long.MAX_VALUE
                            : count * dimension;
        }
        return count;
    }
}
