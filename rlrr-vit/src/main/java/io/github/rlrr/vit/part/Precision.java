package io.github.rlrr.vit.part;

/**
 * The type in which a model's matrix products are computed.
 *
 * <p>Whatever it is, the weights, what an adapter trains, norms, residual sums, softmax, loss and
 * optimizer are float32, and so are the gradients that reach them.
 */
public enum Precision {
    /** Single precision: 24 significant bits. */
    FLOAT32("float32"),

    /**
     * The inputs of the encoder blocks' matrix products are rounded to bfloat16, 8 significant
     * bits, and accumulated by libtorch in float32. For GPUs, and CPUs with instructions for it;
     * others are slower with it. The range is float32's, so the loss needs no scaling.
     */
    BFLOAT16("bfloat16");

    private final String label;

    Precision(String label) {
        this.label = label;
    }

    /** The usual name, {@code float32} or {@code bfloat16}. */
    @Override
    public String toString() {
        return label;
    }
}
