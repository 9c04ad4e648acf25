package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the patches, and where all tokens are said to be.
 *
 * @param config which of them there are, and which have positions
 * @param clsToken (1, 1, D); null for none
 * @param posEmbed (1, P, D); null for none
 * @param regToken (1, registers, D); null for none
 */
record PrefixTokens(
        VitConfig config,
        @Nullable Parameter clsToken,
        @Nullable Parameter posEmbed,
        @Nullable Parameter regToken) {

    /** Adds positions to patches (B, patches, D), and puts the tokens before them. */
    NDArray join(ParameterStore store, NDArray patches, boolean training) {
        boolean registersHave = config.has(VitVariation.REGISTER_POSITIONS);
        boolean classTokenHas = clsToken != null && !config.has(VitVariation.PATCH_POSITIONS);
        NDArray tokens = patches.reshape(patches.getShape());
        if (registersHave) {
            tokens = after(regToken, tokens, store, training);
        }
        if (classTokenHas) {
            tokens = after(clsToken, tokens, store, training);
        }
        if (posEmbed != null) {
            try (NDArray placed = tokens) {
                tokens = placed.add(store.getValue(posEmbed, patches.getDevice(), training));
            }
        }
        if (regToken != null && !registersHave) {
            tokens =
                    classTokenHas
                            ? withRegisters(tokens, store, training)
                            : after(regToken, tokens, store, training);
        }
        return clsToken == null || classTokenHas
                ? tokens
                : after(clsToken, tokens, store, training);
    }

    /** Puts registers behind the class token; closes the tokens. */
    private NDArray withRegisters(NDArray tokens, ParameterStore store, boolean training) {
        try (tokens;
                NDArray first = tokens.get(":, :1");
                NDArray rest = after(regToken, tokens.get(":, 1:"), store, training)) {
            return NDArrays.concat(new NDList(first, rest), 1);
        }
    }

    /** A parameter's tokens, then others (B, n, D), which are closed. */
    private static NDArray after(
            @Nullable Parameter token, NDArray others, ParameterStore store, boolean training) {
        NDArray value = store.getValue(Objects.requireNonNull(token), others.getDevice(), training);
        Shape shape = others.getShape();
        try (others;
                NDArray each =
                        value.broadcast(shape.get(0), value.getShape().get(1), shape.get(2))) {
            return NDArrays.concat(new NDList(each, others), 1);
        }
    }
}
