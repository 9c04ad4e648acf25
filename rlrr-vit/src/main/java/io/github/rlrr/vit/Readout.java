package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.vit.part.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * What the head sees of the tokens (B, N, D) that leave the last block.
 *
 * @param config how they are pooled
 * @param norm the last norm; null for none
 * @param pooling by attention; null for none
 */
record Readout(VitConfig config, @Nullable Block norm, @Nullable Block pooling) {

    /** The norm of tokens; a new handle on them where there is none. */
    NDArray normed(ParameterStore store, NDArray tokens, boolean training) {
        return norm == null
                ? tokens.reshape(tokens.getShape())
                : norm.forward(store, new NDList(tokens), training).head();
    }

    /** What is seen of tokens (B, N, D) that enter some last blocks: (B, 1, D) or (B, 2, D). */
    NDArray of(Encoder last, ParameterStore store, NDArray tokens, boolean training) {
        int count = config.parts().leavingTokens();
        if (count < config.tokens()) {
            try (NDArray leaves = last.leading(store, tokens, count, training)) {
                NDArray normed = normed(store, leaves, training);
                return config.has(VitVariation.DISTILLATION) ? halved(normed) : normed;
            }
        }
        try (NDArray encoded = last.forward(store, new NDList(tokens), training).head()) {
            return pooled(store, encoded, training);
        }
    }

    /** Where all tokens count: (B, 1, D), or (B, 2, D) for the class token and another. */
    private NDArray pooled(ParameterStore store, NDArray tokens, boolean training) {
        if (config.has(VitVariation.AVERAGE_POOLING)) {
            try (NDArray mean = mean(tokens)) {
                return normed(store, mean, training);
            }
        }
        try (NDArray normed = normed(store, tokens, training)) {
            if (pooling != null) {
                try (NDArray answering = pooledTokens(normed)) {
                    return pooling.forward(store, new NDList(answering), training).head();
                }
            }
            if (config.has(VitVariation.NORMED_AVERAGE_POOLING)) {
                return mean(normed);
            }
            try (NDArray first = normed.get(":, :1");
                    NDArray mean = mean(normed)) {
                return NDArrays.concat(new NDList(first, mean), 1);
            }
        }
    }

    /** Half of each value; closes what it is given. An array of libtorch's own, see DJL notes. */
    private static NDArray halved(NDArray values) {
        try (values;
                NDArray half = values.getManager().full(new Shape(), 0.5f)) {
            return values.mul(half);
        }
    }

    /** (B, N, D) to (B, 1, D). */
    private NDArray mean(NDArray tokens) {
        try (NDArray pooled = pooledTokens(tokens)) {
            return pooled.mean(new int[] {1}, true);
        }
    }

    /** Those of (B, N, D) that pooling takes. */
    private NDArray pooledTokens(NDArray tokens) {
        return tokens.get(":, " + config.unpooledTokens() + ":");
    }
}
