package io.github.rlrr.tensor;

import ai.djl.ndarray.types.Shape;

/**
 * The name, element type and shape of one tensor in a file.
 *
 * <p>An instance always describes something countable: the number of elements and of bytes both fit
 * a {@code long}.
 *
 * @param name the tensor's name, as the file spells it
 * @param type the element type in the file, which is not always the type {@link TensorReader#read}
 *     returns
 * @param shape the dimensions, all at least 0; no dimension at all means one element
 */
public record TensorInfo(String name, TensorType type, Shape shape) {

    /**
     * Checks that the shape can be counted.
     *
     * @param name any text
     * @param type the element type
     * @param shape the dimensions
     * @throws IllegalArgumentException if a dimension is negative, or if the bytes do not fit a
     *     {@code long}
     */
    public TensorInfo {
        // Zeros count as one here, so that (0, 2^62, 2^62) is refused whatever the order.
        long product = type.byteSize();
        for (long dimension : shape.getShape()) {
            if (dimension < 0) {
                throw new IllegalArgumentException(
                        "shape " + shape + " has the dimension " + dimension + ", expected >= 0");
            }
            long factor = Math.max(1, dimension);
            if (product > Long.MAX_VALUE / factor) {
                throw new IllegalArgumentException(
                        "shape " + shape + " of " + type + " overflows a 64-bit byte count");
            }
            product *= factor;
        }
    }

    /**
     * The number of elements: the product of the dimensions.
     *
     * @return the count, 1 for a scalar, 0 if any dimension is 0
     */
    public long elementCount() {
        return shape.size();
    }

    /**
     * The number of bytes in the file: elements × {@link TensorType#byteSize()}.
     *
     * @return the size of the tensor's data
     */
    public long byteCount() {
        return elementCount() * type.byteSize();
    }
}
