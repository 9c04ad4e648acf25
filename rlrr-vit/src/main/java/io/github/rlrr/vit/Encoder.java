package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The stack of encoder blocks, named 0, 1, 2 …: (B, N, D) to (B, N, D). */
final class Encoder extends AbstractBlock {

    private final List<EncoderBlock> layers = new ArrayList<>();

    Encoder(VitConfig config) {
        for (int i = 0; i < config.depth(); i++) {
            layers.add(addChildBlock(Integer.toString(i), new EncoderBlock(config)));
        }
    }

    /** Shares everything but what is dropped in training. */
    Encoder(Encoder other, ResidualDropout dropout) {
        int depth = other.layers.size();
        for (int i = 0; i < depth; i++) {
            EncoderBlock layer = new EncoderBlock(other.layers.get(i), dropout.sum(i, depth));
            layers.add(addChildBlock(Integer.toString(i), layer));
        }
        inputShapes = other.inputShapes;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray x = through(layers.size() - 1, store, inputs.singletonOrThrow(), training);
        try (x) {
            return layers.get(layers.size() - 1).forward(store, new NDList(x), training);
        }
    }

    /** The class token after the last block: (B, N, D) to (B, 1, D). */
    NDArray classToken(ParameterStore store, NDArray tokens, boolean training) {
        try (NDArray x = through(layers.size() - 1, store, tokens, training)) {
            return layers.get(layers.size() - 1).classToken(store, x, training);
        }
    }

    /** Applies the first {@code count} blocks; the result is a new handle even for none. */
    private NDArray through(int count, ParameterStore store, NDArray tokens, boolean training) {
        NDArray x = tokens.reshape(tokens.getShape());
        for (EncoderBlock layer : layers.subList(0, count)) {
            try (NDArray before = x) {
                x = layer.forward(store, new NDList(before), training).head();
            }
        }
        return x;
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        layers.forEach(layer -> layer.initialize(manager, type, shapes));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inputs.clone();
    }
}
