package io.github.rlrr.examples.bench;

import io.github.rlrr.vit.part.Precision;

/** In which type the matrix products of a step are computed. */
enum ProductType {
    /** Single precision, nothing rounded. */
    FLOAT32(Precision.FLOAT32, 6),

    /** Single precision, its factors rounded to 10 bits of mantissa: on NVIDIA GPUs. */
    TF32(Precision.FLOAT32, 6),

    /** Products in bfloat16. */
    BFLOAT16(Precision.BFLOAT16, 15),

    /** Products of 8-bit numbers, of merged models on a CPU. */
    INT8(Precision.INT8, 6);

    private final Precision precision;
    private final int factors;

    ProductType(Precision precision, int factors) {
        this.precision = precision;
        this.factors = factors;
    }

    /** What a network is told. */
    Precision precision() {
        return precision;
    }

    /** libtorch's number of the type in which factors are held before they are multiplied. */
    int factors() {
        return factors;
    }

    /** As {@code --precision} takes it. */
    @Override
    public String toString() {
        return this == TF32 ? "tf32" : precision.toString();
    }
}
