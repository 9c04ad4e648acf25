package io.github.rlrr.tensor;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.io.OneLine;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of a PyTorch archive and its place in the storage it shares with others.
 *
 * @param tensor name, type and shape
 * @param entry the storage
 * @param begin the first element's first byte in the storage
 * @param end the byte after the last element's last
 * @param strides the distance of neighbours along each dimension, in elements
 */
record PyTorchSlot(TensorInfo tensor, ZipEntry entry, long begin, long end, long[] strides) {

    /**
     * Checks a tensor's claims against each other and against its storage.
     *
     * @param entry the storage, null if the archive lacks it
     * @throws TensorProblemException if the element type is unknown, if the storage is missing or
     *     of another size than claimed, or if an element lies outside of it
     */
    static PyTorchSlot of(
            String name, PickledTensor claimed, @Nullable ZipEntry entry, ReadLimits limits)
            throws TensorProblemException {
        @Nullable TensorType type = claimed.type().type();
        if (type == null) {
            throw new TensorProblemException(
                    "has the element type %s, expected one of %s"
                            .formatted(
                                    OneLine.start(claimed.type().name()),
                                    List.of(TensorType.values())));
        }
        PickledTensor.Storage storage = claimed.storage();
        if (entry == null) {
            throw new TensorProblemException(
                    "is in the storage %s, which the archive lacks"
                            .formatted(TensorFileException.quote("data/" + storage.key())));
        }
        int claimedWidth = storage.type() == null ? 1 : type.byteSize();
        // Divided, since the count may be any number.
        if (entry.getSize() % claimedWidth != 0
                || entry.getSize() / claimedWidth != storage.count()) {
            throw new TensorProblemException(
                    "is in a storage of %s × %s bytes, but data/%s has %s"
                            .formatted(
                                    storage.count(),
                                    claimedWidth,
                                    OneLine.start(storage.key()),
                                    entry.getSize()));
        }
        if (claimed.size().length != claimed.stride().length) {
            throw new TensorProblemException(
                    "has %s dimensions, but %s strides"
                            .formatted(claimed.size().length, claimed.stride().length));
        }
        // Shape refuses negative numbers with an exception of its own.
        for (long dimension : claimed.size()) {
            if (dimension < 0) {
                throw new TensorProblemException(
                        "has the dimension %s, expected at least 0".formatted(dimension));
            }
        }
        TensorInfo tensor = limits.describe(name, type, new Shape(claimed.size().clone()));
        long capacity = entry.getSize() / type.byteSize();
        long count = count(tensor, claimed, capacity);
        return new PyTorchSlot(
                tensor,
                entry,
                claimed.offset() * type.byteSize(),
                (claimed.offset() + count) * type.byteSize(),
                claimed.stride());
    }

    /** The elements from the first to the last, which must all be within the storage. */
    private static long count(TensorInfo tensor, PickledTensor claimed, long capacity)
            throws TensorProblemException {
        long offset = claimed.offset();
        long last = 0;
        boolean outside = offset < 0 || offset > capacity;
        for (int k = 0; k < claimed.size().length && !outside && tensor.elementCount() > 0; k++) {
            long steps = claimed.size()[k] - 1;
            long stride = claimed.stride()[k];
            outside = stride < 0 || (steps > 0 && stride > (capacity - last) / steps);
            last += outside ? 0 : steps * stride;
        }
        long count = tensor.elementCount() == 0 ? 0 : last + 1;
        if (outside || count > capacity - offset) {
            throw new TensorProblemException(
                    "of shape %s reaches out of its storage of %s elements (offset %s, strides %s)"
                            .formatted(
                                    tensor.shape(),
                                    capacity,
                                    offset,
                                    Arrays.toString(claimed.stride())));
        }
        return count;
    }

    /** Whether the elements follow each other in row-major order. */
    boolean contiguous() {
        long expected = 1;
        for (int k = strides.length - 1; k >= 0; k--) {
            long dimension = tensor.shape().get(k);
            if (dimension > 1 && strides[k] != expected) {
                return tensor.elementCount() == 0;
            }
            expected *= dimension;
        }
        return true;
    }

    /** Bytes from the first element to the last. */
    long span() {
        return end - begin;
    }
}
