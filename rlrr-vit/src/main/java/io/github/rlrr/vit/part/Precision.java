package io.github.rlrr.vit.part;

import ai.djl.Device;
import io.github.rlrr.torch.Processor;

/**
 * The type in which a model's matrix products are computed.
 *
 * <p>Whatever it is, the weights, what an adapter trains, norms, residual sums, loss and optimizer
 * are float32, and so are the gradients that reach them.
 */
public enum Precision {
    /** Single precision: 24 significant bits. */
    FLOAT32("float32"),

    /**
     * The inputs of the encoder blocks' matrix products are rounded to bfloat16, 8 significant
     * bits, and accumulated by libtorch in float32; on CPUs that multiply in it attention's logits
     * and weights are rounded, too. For GPUs, and CPUs with instructions for it; others are slower
     * with it. The range is float32's, so the loss needs no scaling.
     */
    BFLOAT16("bfloat16"),

    /**
     * For answers alone ({@code Backbone.forInference}), on a CPU with instructions for it: weights
     * and inputs of the encoder blocks' linear layers are whole numbers of −127 to 127 times a
     * scale, one for each row of a weight and for each token.
     */
    INT8("int8");

    private final String label;

    Precision(String label) {
        this.label = label;
    }

    /**
     * The faster type of a machine, known by its processor's flags alone ({@link
     * Processor#isFastInBfloat16}), so that it always chooses the same; on a GPU float32.
     *
     * @param device where to compute
     * @return bfloat16 where the processor multiplies faster in it
     */
    public static Precision auto(Device device) {
        return !device.isGpu() && Processor.isFastInBfloat16() ? BFLOAT16 : FLOAT32;
    }

    /**
     * Whether a network can be trained with it.
     *
     * @return false for int8
     */
    public boolean isForTraining() {
        return this != INT8;
    }

    void requireForTraining() {
        if (!isForTraining()) {
            throw new IllegalArgumentException(
                    this + " is for inference alone; make the network ready with forInference");
        }
    }

    /** The usual name, such as {@code bfloat16}. */
    @Override
    public String toString() {
        return label;
    }
}
