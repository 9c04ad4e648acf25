package io.github.rlrr.module;

/** Which of a site's two parameters is meant. */
public enum Role {
    /** The weight of a linear layer or convolution, the gain γ of a norm, a lone parameter. */
    WEIGHT,
    /** The bias of a linear layer or convolution, the bias β of a norm. */
    BIAS
}
