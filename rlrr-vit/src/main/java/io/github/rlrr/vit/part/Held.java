package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/** Holds one parameter; what is computed with it is the matter of the block around it. */
final class Held extends AbstractBlock {

    private final Parameter parameter;
    private final Shape shape;

    @SuppressWarnings("this-escape")
    Held(String name, Parameter.Type type, Initializer initializer, Shape shape) {
        this.shape = shape;
        parameter =
                addParameter(
                        Parameter.builder()
                                .setName(name)
                                .setType(type)
                                .optInitializer(initializer)
                                .build());
    }

    @Override
    protected void prepare(Shape[] inputs) {
        parameter.setShape(shape);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        throw new UnsupportedOperationException(
                parameter.getName() + " is a part of a block and computes nothing by itself");
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inputs.clone();
    }
}
