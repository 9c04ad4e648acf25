package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.torch.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The stack of encoder blocks, named 0, 1, 2 …: (B, N, D) to (B, N, D). */
public final class Encoder extends AbstractBlock {

    private final List<EncoderBlock> layers = new ArrayList<>();

    /**
     * Builds blocks without weights.
     *
     * @param branches what each block computes, by its place
     * @param depth the number of blocks
     */
    public Encoder(IntFunction<List<Branch>> branches, int depth) {
        this(
                IntStream.range(0, depth)
                        .mapToObj(block -> new EncoderBlock(branches.apply(block)))
                        .toList());
    }

    /**
     * Builds blocks of several kinds without weights.
     *
     * @param branches what each block computes
     * @return the encoder
     */
    public static Encoder ofKinds(List<List<Branch>> branches) {
        return new Encoder(branches.stream().map(EncoderBlock::new).toList());
    }

    private Encoder(List<EncoderBlock> blocks) {
        for (EncoderBlock block : blocks) {
            layers.add(addChildBlock(Integer.toString(layers.size()), block));
        }
    }

    /**
     * This encoder with other dropout.
     *
     * @param dropout what is dropped in training
     * @return an encoder that shares everything else
     */
    public Encoder with(ResidualDropout dropout) {
        return with(dropout, 0, layers.size());
    }

    /**
     * This encoder with other dropout, where it is a part of a deeper one.
     *
     * @param dropout what is dropped in training
     * @param first the number of blocks before this encoder's
     * @param depth the number of all blocks
     * @return an encoder that shares everything else
     */
    public Encoder with(ResidualDropout dropout, int first, int depth) {
        return sharing(i -> layers.get(i).with(dropout.sum(first + i, depth)));
    }

    /**
     * This encoder with another type of its matrix products.
     *
     * @param precision the type
     * @return an encoder that shares everything else
     */
    public Encoder with(Precision precision) {
        return sharing(i -> layers.get(i).with(precision));
    }

    /**
     * An encoder that answers alone and holds its weights as products read them fastest, in place
     * of this one, whose weights are freed.
     *
     * @param precision the type of its matrix products
     * @return the encoder
     * @throws IllegalArgumentException where that type cannot be computed
     */
    public Encoder forInference(Precision precision) {
        return sharing(i -> layers.get(i).forInference(precision));
    }

    /**
     * The first blocks.
     *
     * @param count how many
     * @return an encoder that shares them
     */
    public Encoder until(int count) {
        return of(layers.subList(0, count));
    }

    /**
     * The last blocks.
     *
     * @param first the first of them, from 0
     * @return an encoder that shares them
     */
    public Encoder from(int first) {
        return of(layers.subList(first, layers.size()));
    }

    /**
     * Whether training drops anything.
     *
     * @return false where it computes what evaluation computes
     */
    public boolean drops() {
        return layers.stream().anyMatch(EncoderBlock::drops);
    }

    private Encoder of(List<EncoderBlock> blocks) {
        Encoder view = new Encoder(blocks);
        view.inputShapes = inputShapes;
        return view;
    }

    private Encoder sharing(IntFunction<EncoderBlock> block) {
        return of(IntStream.range(0, layers.size()).mapToObj(block).toList());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        return new NDList(through(layers, store, inputs.singletonOrThrow(), training));
    }

    /**
     * The first tokens after the last block.
     *
     * @param store answers with the parameters' values
     * @param tokens (B, N, D)
     * @param count how many, of those before the patches
     * @param training true within a training step
     * @return (B, count, D)
     */
    public NDArray leading(ParameterStore store, NDArray tokens, int count, boolean training) {
        int last = layers.size() - 1;
        try (NDArray x = through(layers.subList(0, last), store, tokens, training)) {
            return Segment.run(
                    store, x, (values, y) -> layers.get(last).leading(values, y, count, training));
        }
    }

    /** Applies blocks, each a segment; the result is a new handle even for none. */
    private static NDArray through(
            List<EncoderBlock> blocks, ParameterStore store, NDArray tokens, boolean training) {
        NDArray x = tokens.reshape(tokens.getShape());
        for (EncoderBlock block : blocks) {
            try (NDArray before = x) {
                x =
                        Segment.run(
                                store,
                                before,
                                (values, y) ->
                                        block.forward(values, new NDList(y), training).head());
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
