package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/** {@code fc2(GELU(fc1(x)))} on each token, GELU in its exact erf form: (B, N, D) to (B, N, D). */
final class Mlp extends AbstractBlock {

    private final Linear fc1;
    private final Linear fc2;

    Mlp(VitConfig config) {
        fc1 = addChildBlock("fc1", Linear.builder().setUnits(config.mlpWidth()).build());
        fc2 = addChildBlock("fc2", Linear.builder().setUnits(config.width()).build());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        try (NDArray hidden = fc1.forward(store, inputs, training).head();
                NDArray active = Activation.gelu(hidden)) {
            return fc2.forward(store, new NDList(active), training);
        }
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        fc1.initialize(manager, type, shapes[0]);
        fc2.initialize(manager, type, fc1.getOutputShapes(shapes));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inputs.clone();
    }
}
