package io.github.rlrr.vit;

/** What a Vision Transformer may have beyond the plain one. */
public enum VitVariation {
    /** A factor for each number that a branch of an encoder block adds: LayerScale. */
    LAYER_SCALE("blocks.0.ls1.gamma"),

    /**
     * The head sees the norm of the mean of all tokens but the class token, in place of the class
     * token after the norm of all.
     */
    AVERAGE_POOLING("fc_norm.gamma");

    private final String sign;

    VitVariation(String sign) {
        this.sign = sign;
    }

    /**
     * A parameter by which the variation is known.
     *
     * @return its path, in every model that has the variation and in no other
     */
    public String sign() {
        return sign;
    }
}
