package io.github.rlrr.vit.part;

import static java.util.stream.Collectors.toSet;

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
import java.util.Set;
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
    private final List<NDArray> held;

    /**
     * What a block that answers alone has in place of parameters.
     *
     * @param packing how weights are held
     * @param values of all parameters, as inputs of its programs after x
     */
    record Packed(Packing packing, List<NDArray> values) {}

    private Modules(String prefix, List<Layer> layers) {
        held = List.of();
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
        held = other.held;
        leaves.putAll(other.leaves);
        modules.putAll(other.modules);
        modules.forEach(this::addChildBlock);
        inputShapes = other.inputShapes;
    }

    /**
     * Holds values in place of parameters: it can answer and nothing else.
     *
     * @param other what it is otherwise
     */
    Modules(Modules other, Packed packed) {
        held = List.copyOf(packed.values());
        inputShapes = other.inputShapes;
    }

    /**
     * Packs the weights of some layers. The plain ones are freed.
     *
     * @param precision of products
     * @param products the layers
     * @return on the managers of what it was made of; null where nothing is best left as it is, and
     *     was
     */
    final @Nullable Packed packed(Precision precision, Set<Layer.Linear> products) {
        requireParameters(true);
        Set<String> weights =
                products.stream().map(layer -> layer.path() + ".weight").collect(toSet());
        Map<String, Parameter> parameters = ModuleTree.of(this).parameters();
        NDArray first =
                Objects.requireNonNull(parameters.get(weights.iterator().next())).getArray();
        Packing packing = Packing.of(precision, first);
        if (packing == null) {
            return null;
        }
        List<NDArray> values = new ArrayList<>();
        parameters.forEach(
                (path, parameter) -> {
                    if (weights.contains(path)) {
                        values.addAll(packing.pack(parameter.getArray()));
                        parameter.close();
                    } else {
                        values.add(parameter.getArray());
                    }
                });
        return new Packed(packing, values);
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
        requireParameters(training);
        List<NDArray> values = new ArrayList<>();
        values.add(x);
        values.addAll(held.isEmpty() ? read(store, x, training) : held);
        return TorchProgram.shared(program).forward(values.toArray(new NDArray[0])).head();
    }

    private List<NDArray> read(ParameterStore store, NDArray x, boolean training) {
        if (inputs.isEmpty()) {
            inputs = List.copyOf(ModuleTree.of(this).parameters().values());
        }
        List<NDArray> values = new ArrayList<>();
        for (Parameter parameter : inputs) {
            values.add(Objects.requireNonNull(store.getValue(parameter, x.getDevice(), training)));
        }
        return values;
    }

    /** Refuses what a block that holds values cannot do. */
    final void requireParameters(boolean wanted) {
        if (wanted && !held.isEmpty()) {
            throw new IllegalStateException(
                    "this network was made for inference and answers alone; train, adapt and view"
                            + " the network before forInference");
        }
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
