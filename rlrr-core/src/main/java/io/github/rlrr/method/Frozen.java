package io.github.rlrr.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.rlrr.module.Role;
import org.jspecify.annotations.Nullable;

/**
 * The frozen values of a site, where a forward wants them: on its device, without gradients.
 *
 * @param weight the weight, the gain of a norm, or the lone parameter
 * @param bias the bias; null for a site without one
 */
public record Frozen(NDArray weight, @Nullable NDArray bias) {

    /**
     * These values, a float16 weight as float32.
     *
     * @return this where the weight is float32; the new array is on the weight's manager
     */
    public Frozen inFloat32() {
        return weight.getDataType() == DataType.FLOAT16
                ? new Frozen(weight.toType(DataType.FLOAT32, true), bias)
                : this;
    }

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
