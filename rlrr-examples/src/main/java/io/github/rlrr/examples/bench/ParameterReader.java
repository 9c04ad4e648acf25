package io.github.rlrr.examples.bench;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.module.ModuleTree;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block whose forward asks for every parameter of a model and computes nothing with them; its
 * output is its input. Adapted, it shows what the reading costs by itself.
 */
final class ParameterReader extends AbstractBlock {

    private final List<Parameter> asked;

    /**
     * Wraps a model.
     *
     * @param model initialized; it stays the caller's to close
     */
    @SuppressWarnings("this-escape")
    ParameterReader(Block model) {
        addChildBlock("model", model);
        asked = List.copyOf(ModuleTree.of(model).parameters().values());
        inputShapes = model.getInputShapes().clone();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        for (Parameter parameter : asked) {
            store.getValue(parameter, inputs.head().getDevice(), training);
        }
        return inputs;
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        getChildren().values().forEach(child -> child.initialize(manager, type, shapes));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inputs.clone();
    }
}
