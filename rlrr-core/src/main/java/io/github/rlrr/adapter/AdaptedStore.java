package io.github.rlrr.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterServer;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.Adapter.AdaptedSite;
import io.github.rlrr.adapter.Adapter.Reading;
import io.github.rlrr.method.Frozen;
import io.github.rlrr.method.Reparameterization;
import io.github.rlrr.module.Role;
import io.github.rlrr.torch.Segment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A parameter store that answers with effective values: the place where frozen parameters are read
 * through an adapter.
 *
 * <p>Made for one forward call. It holds no state of its own but a manager for the effective values
 * it computes, closed with it; autograd keeps alive what backward needs. Everything else is the
 * delegate's.
 */
final class AdaptedStore extends ParameterStore implements Segment.Runner, AutoCloseable {

    private final ParameterStore delegate;
    private final Adapter adapter;
    private final boolean training;
    private final NDManager scope;
    private final Set<String> read;

    /**
     * Starts a forward.
     *
     * @param delegate the caller's store
     * @param adapter what is read how
     * @param parent of the manager of the effective values
     * @param training whether the adapter trains, whatever the base's blocks are told
     */
    AdaptedStore(ParameterStore delegate, Adapter adapter, NDManager parent, boolean training) {
        this(delegate, adapter, parent, training, new HashSet<>());
    }

    private AdaptedStore(
            ParameterStore delegate,
            Adapter adapter,
            NDManager parent,
            boolean training,
            Set<String> read) {
        super(delegate.getManager(), false);
        this.delegate = delegate;
        this.adapter = adapter;
        this.training = training;
        this.read = read;
        scope = parent.newSubManager();
        scope.setName("effective values");
    }

    @Override
    public @Nullable NDArray getValue(
            @Nullable Parameter parameter, Device device, boolean blockTrains) {
        if (parameter == null) {
            return null;
        }
        if (blockTrains) {
            requireMovable(parameter);
        }
        Parameter statistic = adapter.ownStatistics().get(parameter.getId());
        if (statistic != null) {
            return delegate.getValue(statistic, device, training);
        }
        Reading reading = adapter.readings().get(parameter.getId());
        if (reading == null) {
            return frozen(parameter, device);
        }
        read.add(parameter.getId());
        AdaptedSite adapted = reading.adapted();
        Parameter bias = adapted.site().bias();
        Frozen frozen =
                new Frozen(
                        frozen(adapted.site().weight(), device),
                        bias == null ? null : frozen(bias, device));
        Map<String, NDArray> tensors = new HashMap<>();
        adapted.tensors()
                .forEach(
                        (name, own) -> tensors.put(name, delegate.getValue(own, device, training)));
        return effective(adapted, reading.role(), frozen, tensors);
    }

    private NDArray frozen(Parameter parameter, Device device) {
        NDArray value = delegate.getValue(parameter, device, training);
        if (training && value.hasGradient()) {
            // Model.newTrainer unfreezes what Model.load has loaded, mirrors included.
            value.setRequiresGradient(false);
        }
        return value;
    }

    /** A block that trains whatever it is told would move the base's statistics. */
    private void requireMovable(Parameter parameter) {
        String path = adapter.frozenStatistics().get(parameter.getId());
        if (path != null) {
            throw new IllegalStateException(
                    path
                            + " is frozen, and its batch norm is run in training mode by the block"
                            + " around it, which must pass on the mode it is given; or keep the"
                            + " statistics as the adapter's own");
        }
    }

    private NDArray effective(
            AdaptedSite adapted, Role role, Frozen frozen, Map<String, NDArray> tensors) {
        // All values are resolved by now: the scope must not close a mirror made on first use.
        try (NDScope intermediate = new NDScope()) {
            intermediate.suppressNotUsedWarning();
            Reparameterization method = adapted.method();
            Frozen values = method.takesHalf() ? frozen : frozen.inFloat32();
            NDArray value = method.effective(adapted.site(), role, values, tensors);
            // By identity: equals on arrays compares contents.
            boolean given =
                    value == frozen.weight()
                            || value == frozen.bias()
                            || tensors.values().stream().anyMatch(t -> t == value);
            if (!given) {
                NDScope.unregister(value);
                value.attach(scope);
            }
            return value;
        }
    }

    /** Runs it with a store of its own, whose effective values are closed at the segment's end. */
    @Override
    public NDArray run(Segment segment, NDArray x) {
        return Segment.run(
                delegate,
                x,
                (store, input) -> {
                    try (AdaptedStore own =
                            new AdaptedStore(store, adapter, input.getManager(), training, read)) {
                        return segment.forward(own, input);
                    }
                });
    }

    /** Whether a value was computed here, and is closed with this store. */
    boolean computed(NDArray value) {
        return value.getManager() == scope;
    }

    /** The ids of the adapted base parameters that were asked for. */
    Set<String> read() {
        return read;
    }

    @Override
    public void setParameterServer(ParameterServer parameterServer, Device[] devices) {
        delegate.setParameterServer(parameterServer, devices);
    }

    @Override
    public void updateAllParameters() {
        delegate.updateAllParameters();
    }

    @Override
    public NDManager getManager() {
        return delegate.getManager();
    }

    @Override
    public void sync() {
        delegate.sync();
    }

    @Override
    public void close() {
        scope.close();
    }
}
