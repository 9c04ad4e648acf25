package io.github.rlrr.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import io.github.rlrr.Fixtures;
import io.github.rlrr.data.LabelledDataset;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A small network with a module of every kind of site, of which one's name is the beginning of
 * another's: conv, fc1, fc2, fc10, norm, head; and a parameter of its own, offset. Images (B, 2, 3,
 * 3) to logits (B, 3).
 */
final class ContractNet extends AbstractBlock {

    static final Shape IMAGES = new Shape(3, 2, 3, 3);

    private static final int CLASSES = 3;
    private static final long HIDDEN = 4;

    private final Block conv =
            addChildBlock(
                    "conv",
                    Conv2d.builder()
                            .setFilters(2)
                            .setKernelShape(new Shape(3, 3))
                            .optPadding(new Shape(1, 1))
                            .build());
    private final Block fc1 = addChildBlock("fc1", linear(HIDDEN));
    private final Block fc2 = addChildBlock("fc2", linear(HIDDEN));
    private final Block fc10 = addChildBlock("fc10", linear(HIDDEN));
    private final Block norm = addChildBlock("norm", LayerNorm.builder().build());
    private final Block head = addChildBlock("head", linear(CLASSES));

    private final Parameter offset =
            addParameter(
                    Parameter.builder()
                            .setName("offset")
                            .setType(Parameter.Type.OTHER)
                            .optShape(new Shape(1, HIDDEN))
                            .optInitializer(Initializer.ONES)
                            .build());

    private static Linear linear(long units) {
        return Linear.builder().setUnits(units).build();
    }

    static ContractNet of(NDManager manager, long seed) {
        return Fixtures.initialized(new ContractNet(), manager, seed, IMAGES);
    }

    static float[] images(long seed) {
        return Fixtures.normal(new SplittableRandom(seed), (int) IMAGES.size(), 1);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray seen = conv.forward(store, inputs, training).head();
        NDList flat = new NDList(seen.reshape(seen.getShape().get(0), -1));
        NDArray one = fc1.forward(store, flat, training).head().tanh();
        NDArray hidden = one.add(fc2.forward(store, flat, training).head().tanh());
        NDArray moved = hidden.add(store.getValue(offset, hidden.getDevice(), training));
        NDList more = fc10.forward(store, new NDList(moved), training);
        return head.forward(store, norm.forward(store, more, training), training);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        conv.initialize(manager, type, shapes);
        Shape seen = conv.getOutputShapes(shapes)[0];
        Shape hidden = new Shape(seen.get(0), HIDDEN);
        Shape flat = new Shape(seen.get(0), seen.slice(1).size());
        List.of(fc1, fc2).forEach(block -> block.initialize(manager, type, flat));
        List.of(fc10, norm, head).forEach(block -> block.initialize(manager, type, hidden));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        return new Shape[] {new Shape(shapes[0].get(0), CLASSES)};
    }

    /** Noise of which the first value tells the class. */
    record Data(int size) implements LabelledDataset {

        @Override
        public Shape exampleShape() {
            return IMAGES.slice(1);
        }

        @Override
        public List<String> classNames() {
            return List.of("a", "b", "c");
        }

        @Override
        public int label(int index) {
            return index % CLASSES;
        }

        @Override
        public void read(int index, SplittableRandom random, float[] target, int offset) {
            int length = (int) exampleShape().size();
            float[] noise = Fixtures.normal(new SplittableRandom(index), length, 1);
            System.arraycopy(noise, 0, target, offset, length);
            target[offset] = label(index);
        }
    }
}
