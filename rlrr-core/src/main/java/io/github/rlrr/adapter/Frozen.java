package io.github.rlrr.adapter;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * The frozen values of a site, where a forward wants them: on its device, without gradients.
 *
 * @param weight the weight, the gain of a norm, or the lone parameter
 * @param bias the bias; null for a site without one
 */
public record Frozen(NDArray weight, @Nullable NDArray bias) {

    /**
     * The value of one of the parameters.
     *
     * @param role which of them
     * @return its value
     * @throws IllegalArgumentException for the bias of a site without one
     */
    public NDArray of(Role role) {
        NDArray value = role == Role.WEIGHT ? weight : bias;
        if (value == null) {
            throw new IllegalArgumentException("the site has no bias to read");
        }
        return value;
    }
}
