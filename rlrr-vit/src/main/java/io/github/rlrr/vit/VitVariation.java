package io.github.rlrr.vit;

/** What a Vision Transformer may have beyond the plain one. */
public enum VitVariation {
    ;

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
