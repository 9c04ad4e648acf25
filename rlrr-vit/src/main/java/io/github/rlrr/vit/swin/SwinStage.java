package io.github.rlrr.vit.swin;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.vit.part.Encoder;
import io.github.rlrr.vit.part.PatchMerging;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.ResidualDropout;
import org.jspecify.annotations.Nullable;

/** One stage: the merging of tokens, in all but the first, then encoder blocks. */
final class SwinStage extends AbstractBlock {

    private final @Nullable PatchMerging downsample;
    private final Encoder blocks;

    SwinStage(SwinParts parts, int stage) {
        this(merging(parts.merging(stage)), Encoder.ofKinds(parts.blocks(stage)));
    }

    private static @Nullable PatchMerging merging(PatchMerging.@Nullable Parts parts) {
        return parts == null ? null : new PatchMerging(parts);
    }

    @SuppressWarnings("this-escape")
    private SwinStage(@Nullable PatchMerging downsample, Encoder blocks) {
        this.downsample = downsample == null ? null : addChildBlock("downsample", downsample);
        this.blocks = addChildBlock("blocks", blocks);
    }

    private SwinStage sharing(@Nullable PatchMerging merging, Encoder encoder) {
        SwinStage view = new SwinStage(merging, encoder);
        view.inputShapes = inputShapes;
        return view;
    }

    /** This stage with other dropout, as a part of {@code depth} blocks, from the first on. */
    SwinStage with(ResidualDropout dropout, int first, int depth) {
        return sharing(downsample, blocks.with(dropout, first, depth));
    }

    SwinStage with(Precision precision) {
        return sharing(
                downsample == null ? null : downsample.with(precision), blocks.with(precision));
    }

    SwinStage forInference(Precision precision) {
        return sharing(
                downsample == null ? null : downsample.forInference(precision),
                blocks.forInference(precision));
    }

    /**
     * The first blocks of this stage, after its merging.
     *
     * @param count how many
     */
    SwinStage until(int count) {
        return sharing(downsample, blocks.until(count));
    }

    /**
     * The last blocks of this stage, without its merging.
     *
     * @param first the first of them, from 0
     */
    SwinStage from(int first) {
        return sharing(null, blocks.from(first));
    }

    boolean drops() {
        return blocks.drops();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        if (downsample == null) {
            return blocks.forward(store, inputs, training);
        }
        try (NDArray merged = downsample.forward(store, inputs, training).head()) {
            return blocks.forward(store, new NDList(merged), training);
        }
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape tokens = shapes[0];
        if (downsample != null) {
            downsample.initialize(manager, type, tokens);
            tokens = downsample.getOutputShapes(new Shape[] {tokens})[0];
        }
        blocks.initialize(manager, type, tokens);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return downsample == null ? inputs.clone() : downsample.getOutputShapes(inputs);
    }
}
