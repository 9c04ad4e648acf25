package io.github.rlrr.examples.anymodel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * A network of one's own: an image's rows are embedded, told their place, mixed and averaged.
 *
 * <pre>
 *   images (B, 3, H, W) → rows (B, H, 3·W) → embed (B, H, D) + places (H, D)
 *   y = x + mix(norm(x)) over H → mean over rows (B, D) → head (B, classes)
 * </pre>
 */
final class RowMixer extends AbstractBlock {

    private final int width;
    private final Linear embed;
    private final Parameter places;
    private final LayerNorm norm;
    private final Linear mix;
    private final Linear head;

    RowMixer(int rows, int width, int classes) {
        this.width = width;
        embed = addChildBlock("embed", Linear.builder().setUnits(width).build());
        places =
                addParameter(
                        Parameter.builder()
                                .setName("places")
                                .setType(Parameter.Type.OTHER)
                                .optInitializer(new NormalInitializer(0.02f))
                                .optShape(new Shape(rows, width))
                                .build());
        norm = addChildBlock("norm", LayerNorm.builder().axis(2).build());
        mix = addChildBlock("mix", Linear.builder().setUnits(rows).build());
        head = addChildBlock("head", Linear.builder().setUnits(classes).build());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray images = inputs.singletonOrThrow();
        Shape shape = images.getShape();
        NDArray rows =
                images.transpose(0, 2, 1, 3)
                        .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
        // A parameter is asked of the store, never of the field: that is what adapters need.
        NDArray x =
                embed.forward(store, new NDList(rows), training)
                        .head()
                        .add(store.getValue(places, images.getDevice(), training));
        NDArray normed = norm.forward(store, new NDList(x), training).head();
        NDArray across = normed.transpose(0, 2, 1);
        NDArray mixed = Activation.relu(mix.forward(store, new NDList(across), training).head());
        NDArray mean = x.add(mixed.transpose(0, 2, 1)).mean(new int[] {1});
        return head.forward(store, new NDList(mean), training);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
        long batch = inputs[0].get(0);
        long rows = inputs[0].get(2);
        embed.initialize(
                manager, type, new Shape(batch, rows, inputs[0].get(1) * inputs[0].get(3)));
        norm.initialize(manager, type, new Shape(batch, rows, width));
        mix.initialize(manager, type, new Shape(batch, width, rows));
        head.initialize(manager, type, new Shape(batch, width));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return head.getOutputShapes(new Shape[] {new Shape(inputs[0].get(0), width)});
    }
}
