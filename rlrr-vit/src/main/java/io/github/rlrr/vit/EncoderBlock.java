package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    private final VitConfig config;
    private final LayerNorm norm1;
    private final Attention attn;
    private final LayerNorm norm2;
    private final Mlp mlp;
    private final ResidualSum sum;
    private final Precision precision;
    private final FusedBlock fused;

    EncoderBlock(VitConfig config) {
        this(
                config,
                norm(config),
                new Attention(config),
                norm(config),
                new Mlp(config),
                ResidualSum.PLAIN,
                Precision.FLOAT32);
    }

    private EncoderBlock(
            VitConfig config,
            LayerNorm norm1,
            Attention attn,
            LayerNorm norm2,
            Mlp mlp,
            ResidualSum sum,
            Precision precision) {
        this.config = config;
        this.norm1 = addChildBlock("norm1", norm1);
        this.attn = addChildBlock("attn", attn);
        this.norm2 = addChildBlock("norm2", norm2);
        this.mlp = addChildBlock("mlp", mlp);
        this.sum = sum;
        this.precision = precision;
        List<Block> children = new ArrayList<>(List.of(norm1));
        children.addAll(attn.getChildren().values());
        children.add(norm2);
        children.addAll(mlp.getChildren().values());
        fused = new FusedBlock(config, sum, precision, children);
    }

    /** A block that shares everything but the way branches are added. */
    EncoderBlock with(ResidualSum other) {
        return sharing(other, precision);
    }

    /** A block that shares everything but the type of its matrix products. */
    EncoderBlock with(Precision other) {
        return sharing(sum, other);
    }

    private EncoderBlock sharing(ResidualSum otherSum, Precision otherPrecision) {
        EncoderBlock view =
                new EncoderBlock(config, norm1, attn, norm2, mlp, otherSum, otherPrecision);
        view.inputShapes = inputShapes;
        return view;
    }

    Map<String, String> programs() {
        return fused.programs();
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
        return new NDList(
                TorchRuntime.owns(x)
                        ? fused.forward(store, x, training)
                        : plain(store, x, training));
    }

    /**
     * The block's output for the class token alone, (B, N, D) to (B, 1, D): equal to the first row
     * of the whole output at a fraction of its cost. The last block needs no more, since nothing
     * else leaves the network.
     */
    NDArray classToken(ParameterStore store, NDArray x, boolean training) {
        return TorchRuntime.owns(x)
                ? fused.classToken(store, x, training)
                : plainClassToken(store, x, training);
    }

    /** Array by array, in float32: for other engines, and what the program is tested against. */
    NDArray plain(ParameterStore store, NDArray x, boolean training) {
        try (NDArray normed = norm1.forward(store, new NDList(x), training).head();
                NDArray attended = attn.forward(store, new NDList(normed), training).head();
                NDArray y = sum.add(x, attended, training)) {
            return throughMlp(store, y, training);
        }
    }

    /** Array by array; every token is asked, only the class token asks. */
    NDArray plainClassToken(ParameterStore store, NDArray x, boolean training) {
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
