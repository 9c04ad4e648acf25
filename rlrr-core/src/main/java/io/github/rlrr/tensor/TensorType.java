package io.github.rlrr.tensor;

/**
 * The element types a tensor file may hold.
 *
 * <p>The constants carry the names of the safetensors format; npz files map onto the same set.
 */
public enum TensorType {
    /** IEEE 754 binary64. */
    F64(8),
    /** IEEE 754 binary32. */
    F32(4),
    /** IEEE 754 binary16: 5 exponent bits, 10 fraction bits. */
    F16(2),
    /** bfloat16: the upper half of a binary32. */
    BF16(2),
    /** Signed 64-bit integer. */
    I64(8),
    /** Signed 32-bit integer. */
    I32(4),
    /** Signed 16-bit integer. */
    I16(2),
    /** Signed 8-bit integer. */
    I8(1),
    /** Unsigned 8-bit integer. */
    U8(1),
    /** Truth value, one byte each, 0 or 1. */
    BOOL(1);

    private final int byteSize;

    TensorType(int byteSize) {
        this.byteSize = byteSize;
    }

    /**
     * The size of one element in the file.
     *
     * @return 1, 2, 4 or 8 bytes
     */
    public int byteSize() {
        return byteSize;
    }

    /**
     * Whether the elements are floating point numbers.
     *
     * @return true for F64, F32, F16 and BF16
     */
    public boolean isFloat() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }
}
