package io.github.rlrr.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.method.Rescaling;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Site;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer read through RLRR, for networks that are built layer by layer.
 *
 * <pre>
 *   y = x·W'ᵀ + b'        x: (…, in)   y: (…, out)
 *   W' = W + (S_right · S_left) ⊙ W
 *   b' = b + f
 * </pre>
 *
 * W and b are the given layer's own, frozen; {@code scale_left} (r, in), {@code scale_right} (out,
 * r) and {@code shift} (out) are trained. The equation is {@link Rescaling}'s. {@link #close}
 * closes the trained tensors; W and b stay the given layer's.
 */
public final class RlrrLinear extends AbstractBlock implements AutoCloseable {

    private final Linear linear;
    private final Adapter adapter;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    @SuppressWarnings("this-escape")
    private RlrrLinear(Linear linear, Adapter adapter) {
        this.linear = linear;
        this.adapter = adapter;
        Site site = adapter.sites().get(0).site();
        weight = addParameter(site.weight());
        bias = site.bias() == null ? null : addParameter(site.bias());
        adapter.saved().values().forEach(this::addParameter);
        beforeInitialize(new Shape(-1, weight.getShape().get(1)));
        freezeBase();
    }

    /**
     * Reads a linear layer's frozen weight as W + (S_right·S_left) ⊙ W and its bias as b + f; the
     * layer itself is shared, not copied.
     *
     * @param linear an initialized layer, such as a pretrained one; its parameters are frozen
     * @param config rank, form, sides, shift, start and seed; the targets are this layer, whatever
     *     they say
     * @return the wrapped layer
     * @throws IllegalArgumentException when the layer is not initialized
     */
    public static RlrrLinear of(Linear linear, RlrrConfig config) {
        if (!linear.isInitialized()) {
            throw new IllegalArgumentException(
                    "the linear layer is not initialized: call initialize or load its weights"
                            + " first");
        }
        RlrrConfig here =
                RlrrConfig.builder()
                        .rank(config.rank())
                        .form(config.form())
                        .sides(config.sides())
                        .shift(config.shift())
                        .initialisation(config.initialisation())
                        .seed(config.seed())
                        .targets("all-linear")
                        .scaleAndShift()
                        .fullyTrained()
                        .build();
        return new RlrrLinear(linear, Adapter.anew(ModuleTree.of(linear), here));
    }

    private void freezeBase() {
        weight.freeze(true);
        if (bias != null) {
            bias.freeze(true);
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        if (training && (weight.requiresGradient() || (bias != null && bias.requiresGradient()))) {
            freezeBase();
        }
        NDArray x = inputs.singletonOrThrow();
        Device device = x.getDevice();
        try (AdaptedStore store =
                new AdaptedStore(parameterStore, adapter, x.getManager(), training)) {
            NDArray w = store.getValue(weight, device, training);
            NDArray b = store.getValue(bias, device, training);
            return Linear.linear(x, Objects.requireNonNull(w), b);
        }
    }

    /**
     * Absorbs the adapter into a fresh plain layer; this one stays as it is.
     *
     * @param manager owns the new layer's parameters
     * @return a linear layer with W' and b'
     * @throws IllegalStateException when a merged value is not finite
     */
    public Linear merged(NDManager manager) {
        Linear plain =
                Linear.builder().setUnits(weight.getShape().get(0)).optBias(bias != null).build();
        ModuleTree tree = ModuleTree.of(linear);
        Merge.effectiveValues(tree, adapter, manager)
                .forEach((path, value) -> plain.getDirectParameters().get(path).setArray(value));
        plain.initialize(manager, weight.getArray().getDataType(), inputShapes);
        return plain;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return linear.getOutputShapes(inputs);
    }

    /** Closes the trained tensors; the frozen ones stay the given layer's. */
    @Override
    public void close() {
        adapter.close();
    }
}
