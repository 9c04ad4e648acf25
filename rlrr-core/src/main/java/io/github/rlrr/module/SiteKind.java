package io.github.rlrr.module;

import io.github.rlrr.Internal;
import java.util.Locale;

/** What a module computes with its parameters, as far as a reparameterization needs to know. */
public enum SiteKind {
    /** y = x·Wᵀ + b with a {@code weight} of shape (out, in). */
    LINEAR,
    /**
     * y = norm(x)·γ + β with a gain and a bias of one dimension: layer norm or batch norm. An RMS
     * norm has no β.
     */
    NORM,
    /** A convolution with a {@code weight} of shape (out, in, k, k). */
    CONVOLUTION,
    /** A parameter of none of these, such as a class token or a table of embeddings. */
    PARAMETER;

    /**
     * What messages call it.
     *
     * @return such as {@code linear}
     */
    @Internal
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
