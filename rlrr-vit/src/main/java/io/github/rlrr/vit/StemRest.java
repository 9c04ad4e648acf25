package io.github.rlrr.vit;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/** From what leaves a stem to logits. */
final class StemRest extends AbstractBlock {

    private final FrozenStem stem;

    @SuppressWarnings("this-escape")
    StemRest(FrozenStem stem) {
        this.stem = stem;
        beforeInitialize(new Shape(1).addAll(stem.output()));
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        return new NDList(stem.logits(store, inputs.head(), training));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return stem.network().getOutputShapes(inputs);
    }
}
