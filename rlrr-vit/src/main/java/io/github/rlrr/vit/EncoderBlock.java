package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * One pre-norm block of the encoder, (B, N, D) to (B, N, D).
 *
 * <pre>
 *   x ← x + attn(norm1(x))
 *   x ← x + mlp(norm2(x))
 * </pre>
 *
 * In training the sums may drop a part of what they add: {@link ResidualDropout}.
 */
final class EncoderBlock extends AbstractBlock {

    private static final NDIndex CLASS_TOKEN = new NDIndex(":, 0:1");

    private final LayerNorm norm1;
    private final Attention attn;
    private final LayerNorm norm2;
    private final Mlp mlp;
    private final ResidualSum sum;

    EncoderBlock(VitConfig config) {
        sum = ResidualSum.PLAIN;
        norm1 = addChildBlock("norm1", norm(config));
        attn = addChildBlock("attn", new Attention(config));
        norm2 = addChildBlock("norm2", norm(config));
        mlp = addChildBlock("mlp", new Mlp(config));
    }

    /** Shares everything but the way branches are added. */
    EncoderBlock(EncoderBlock other, ResidualSum sum) {
        this.sum = sum;
        norm1 = addChildBlock("norm1", other.norm1);
        attn = addChildBlock("attn", other.attn);
        norm2 = addChildBlock("norm2", other.norm2);
        mlp = addChildBlock("mlp", other.mlp);
        inputShapes = other.inputShapes;
    }

    static LayerNorm norm(VitConfig config) {
        return LayerNorm.builder().axis(2).optEpsilon(config.layerNormEpsilon()).build();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        try (NDArray normed = norm1.forward(store, inputs, training).head();
                NDArray attended = attn.forward(store, new NDList(normed), training).head();
                NDArray y = sum.add(x, attended, training)) {
            return new NDList(throughMlp(store, y, training));
        }
    }

    /**
     * The block's output for the class token alone, (B, N, D) to (B, 1, D). Every token is asked,
     * only the class token asks: equal to the first row of the whole output at a fraction of its
     * cost. The last block needs no more, since nothing else leaves the network.
     */
    NDArray classToken(ParameterStore store, NDArray x, boolean training) {
        try (NDArray normed = norm1.forward(store, new NDList(x), training).head();
                NDArray asking = normed.get(CLASS_TOKEN);
                NDArray attended =
                        attn.forward(store, new NDList(asking, normed), training).head();
                NDArray residual = x.get(CLASS_TOKEN);
                NDArray y = sum.add(residual, attended, training)) {
            return throughMlp(store, y, training);
        }
    }

    private NDArray throughMlp(ParameterStore store, NDArray y, boolean training) {
        try (NDArray normed = norm2.forward(store, new NDList(y), training).head();
                NDArray transformed = mlp.forward(store, new NDList(normed), training).head()) {
            return sum.add(y, transformed, training);
        }
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        norm1.initialize(manager, type, shapes);
        attn.initialize(manager, type, shapes);
        norm2.initialize(manager, type, shapes);
        mlp.initialize(manager, type, shapes);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inputs.clone();
    }
}
