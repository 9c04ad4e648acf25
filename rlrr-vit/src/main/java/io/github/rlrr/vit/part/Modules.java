package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
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
import io.github.rlrr.torch.TorchProgram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A block of layers under their paths, nested as the paths are: {@code attn.query} is the child
 * {@code query} of the child {@code attn}. It holds their weights; what is computed with them is
 * the matter of the block around it.
 */
class Modules extends AbstractBlock {

    private final Map<String, Block> modules = new LinkedHashMap<>();
    private final Map<String, Layer> leaves = new LinkedHashMap<>();
    private volatile List<Parameter> inputs = List.of();

    private Modules(String prefix, List<Layer> layers) {
        for (Layer layer : layers) {
            String[] path = layer.path().substring(prefix.length()).split("\\.", 2);
            if (path.length == 1) {
                leaves.put(path[0], layer);
                modules.put(path[0], layer.block());
            } else if (!modules.containsKey(path[0])) {
                String below = prefix + path[0] + ".";
                List<Layer> inside = new ArrayList<>(layers);
                inside.removeIf(other -> !other.path().startsWith(below));
                modules.put(path[0], new Modules(below, inside));
            }
        }
        modules.forEach(this::addChildBlock);
    }

    Modules(List<Layer> layers) {
        this("", layers);
    }

    /** Shares the other's layers and their weights. */
    Modules(Modules other) {
        leaves.putAll(other.leaves);
        modules.putAll(other.modules);
        modules.forEach(this::addChildBlock);
        inputShapes = other.inputShapes;
    }

    /**
     * Runs a program of x and all parameters of this block, in the order of their paths.
     *
     * @param program its text
     * @param store answers with the parameters' values
     * @param x its first input
     * @param training true within a training step
     * @return its only output
     */
    final NDArray run(String program, ParameterStore store, NDArray x, boolean training) {
        if (inputs.isEmpty()) {
            inputs = List.copyOf(ModuleTree.of(this).parameters().values());
        }
        NDArray[] values = new NDArray[1 + inputs.size()];
        values[0] = x;
        int at = 1;
        for (Parameter parameter : inputs) {
            values[at++] =
                    Objects.requireNonNull(store.getValue(parameter, x.getDevice(), training));
        }
        return TorchProgram.shared(program).forward(values).head();
    }

    /** The block of a layer that is a child of this one. */
    final Block child(Layer layer) {
        return Objects.requireNonNull(modules.get(layer.path()), layer.path());
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        modules.forEach(
                (name, block) -> {
                    Layer layer = leaves.get(name);
                    block.initialize(manager, type, layer == null ? shapes[0] : layer.input());
                });
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        throw new UnsupportedOperationException(
                "these layers are a part of a block and compute nothing by themselves; call the"
                        + " block that has them");
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inputs.clone();
    }
}
