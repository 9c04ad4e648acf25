package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import org.jspecify.annotations.Nullable;

/**
 * What the head sees of the tokens (B, N, D) that leave the last block.
 *
 * @param config how they are pooled
 * @param norm the last norm
 * @param pooling by attention; null for none
 */
record Readout(VitConfig config, Block norm, @Nullable Block pooling) {

    /** The norm of tokens. */
    NDArray normed(ParameterStore store, NDArray tokens, boolean training) {
        return norm.forward(store, new NDList(tokens), training).head();
    }

    /** Where all tokens count: (B, 1, D), or (B, 2, D) for class token and mean. */
    NDArray pooled(ParameterStore store, NDArray tokens, boolean training) {
        if (config.has(VitVariation.AVERAGE_POOLING)) {
            try (NDArray mean = patchMean(tokens)) {
                return normed(store, mean, training);
            }
        }
        try (NDArray normed = normed(store, tokens, training)) {
            if (pooling != null) {
                return pooling.forward(store, new NDList(normed), training).head();
            }
            if (config.has(VitVariation.NORMED_AVERAGE_POOLING)) {
                return patchMean(normed);
            }
            try (NDArray first = normed.get(":, :1");
                    NDArray mean = patchMean(normed)) {
                return NDArrays.concat(new NDList(first, mean), 1);
            }
        }
    }

    /** (B, N, D) to (B, 1, D). */
    private NDArray patchMean(NDArray tokens) {
        try (NDArray patches = tokens.get(":, " + config.prefixTokens() + ":")) {
            return patches.mean(new int[] {1}, true);
        }
    }
}
