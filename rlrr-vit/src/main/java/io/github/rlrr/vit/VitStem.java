package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.rlrr.vit.part.Encoder;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Vision Transformer up to an encoder block.
 *
 * @param network the whole
 * @param blocks how many encoder blocks belong to the stem; all of them where nothing but the head
 *     comes after it
 */
record VitStem(VisionTransformer network, int blocks) implements FrozenStem {

    private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\..*");
    private static final Pattern LAST = Pattern.compile("(norm|fc_norm|attn_pool)(\\..*)?");

    /**
     * The longest stem that leaves these modules out.
     *
     * @return the stem; null where a module before the second block is among them
     */
    static @Nullable VitStem before(Set<String> modules, VisionTransformer network) {
        int depth = network.config().depth();
        int blocks = depth;
        for (String module : modules) {
            Matcher block = BLOCK.matcher(module);
            if (block.matches()) {
                blocks = Math.min(blocks, Integer.parseInt(block.group(1)));
            } else if (LAST.matcher(module).matches()) {
                // The last block computes what it needs of this norm alone.
                blocks = Math.min(blocks, depth - 1);
            } else if (!module.equals("head")) {
                return null;
            }
        }
        return blocks == 0 ? null : new VitStem(network, blocks);
    }

    private boolean isWhole() {
        return blocks == network.config().depth();
    }

    @Override
    public Shape output() {
        VitConfig config = network.config();
        return isWhole()
                ? new Shape(config.embeddingWidth())
                : new Shape(config.tokens(), config.width());
    }

    @Override
    public NDArray forward(ParameterStore store, NDArray images, boolean training) {
        if (isWhole()) {
            return network.embedding(store, images, training);
        }
        try (NDArray tokens = network.embed(store, images, training)) {
            return network.encoder()
                    .until(blocks)
                    .forward(store, new NDList(tokens), training)
                    .head();
        }
    }

    @Override
    public NDArray logits(ParameterStore store, NDArray kept, boolean training) {
        if (isWhole()) {
            return network.head().forward(store, new NDList(kept), training).head();
        }
        Encoder last = network.encoder().from(blocks);
        try (NDArray embedding = network.embedding(last, store, kept, training)) {
            return network.head().forward(store, new NDList(embedding), training).head();
        }
    }
}
