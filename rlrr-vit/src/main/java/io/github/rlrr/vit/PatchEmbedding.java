package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/** Cuts images (B, 3, h, w) into patches and projects each to a token: (B, patches, D). */
final class PatchEmbedding extends AbstractBlock {

    private final VitConfig config;
    private final Conv2d proj;

    PatchEmbedding(VitConfig config) {
        this.config = config;
        Shape patch = new Shape(config.patchSize(), config.patchSize());
        proj =
                addChildBlock(
                        "proj",
                        Conv2d.builder()
                                .setKernelShape(patch)
                                .optStride(patch)
                                .setFilters(config.width())
                                .build());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        try (NDArray grid = proj.forward(store, inputs, training).head(); // (B, D, gh, gw)
                NDArray flat = grid.reshape(new Shape(-1, config.width(), config.tokens() - 1))) {
            return new NDList(flat.transpose(0, 2, 1)); // (B, patches, D)
        }
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        proj.initialize(manager, type, shapes);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {new Shape(inputs[0].get(0), config.tokens() - 1, config.width())};
    }
}
