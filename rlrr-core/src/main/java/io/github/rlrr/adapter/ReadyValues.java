package io.github.rlrr.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterServer;
import ai.djl.training.ParameterStore;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of all parameters that an adapter reads, computed once and kept: a block answers with
 * them as its adapter would have it, at the cost of the plain block.
 *
 * <p>Holds the values that were computed; those that are tensors of the adapter are its own. Safe
 * for use by several threads until it is closed.
 */
final class ReadyValues implements AutoCloseable {

    private final Map<String, NDArray> values = new HashMap<>();
    private final NDManager manager;
    private final AdaptedStore owner;
    private final long bytes;

    /** Computes the values, on the base's device. */
    ReadyValues(ModuleTree tree, Adapter adapter) {
        NDArray like = tree.parameters().values().iterator().next().getArray();
        Device device = like.getDevice();
        manager = TorchRuntime.newManagerLike(like);
        manager.setName("ready values");
        long computed = 0;
        try (GradMode off = GradMode.off()) {
            off.suppressNotUsedWarning();
            ParameterStore frozen = new ParameterStore(manager, false);
            owner = new AdaptedStore(frozen, adapter, manager, false);
            for (Parameter parameter : tree.parameters().values()) {
                String id = parameter.getId();
                if (adapter.readings().containsKey(id) || adapter.ownStatistics().containsKey(id)) {
                    NDArray value =
                            Objects.requireNonNull(owner.getValue(parameter, device, false));
                    values.put(id, value);
                    computed += owner.computed(value) ? bytes(value) : 0;
                }
            }
            bytes = computed;
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static long bytes(NDArray value) {
        return value.getShape().size() * value.getDataType().getNumOfBytes();
    }

    /** The bytes that values of an adapter take, found without computing them; never too few. */
    static long estimate(ModuleTree tree, Adapter adapter) {
        long bytes = 0;
        for (Parameter parameter : tree.parameters().values()) {
            Adapter.Reading reading = adapter.readings().get(parameter.getId());
            if (reading != null && !reading.adapted().method().replaces()) {
                bytes += parameter.getArray().getShape().size() * Float.BYTES;
            }
        }
        return bytes;
    }

    /** What is held here. */
    long bytes() {
        return bytes;
    }

    /**
     * A store for one forward, to be closed with it.
     *
     * @param scope takes what it lends
     */
    ParameterStore store(NDManager scope) {
        return new Lender(scope);
    }

    @Override
    public void close() {
        owner.close();
        manager.close();
    }

    /**
     * Lends handles: the result of an operation belongs to the manager of its first operand, and
     * what a forward leaves must not stay with the values.
     */
    private final class Lender extends ParameterStore {

        private final NDManager scope;
        private final ParameterStore frozen;

        Lender(NDManager scope) {
            super(scope, false);
            this.scope = scope;
            frozen = new ParameterStore(scope, false);
        }

        @Override
        public @Nullable NDArray getValue(
                @Nullable Parameter parameter, Device device, boolean training) {
            NDArray value = parameter == null ? null : values.get(parameter.getId());
            if (value == null) {
                return frozen.getValue(parameter, device, false);
            }
            NDArray handle = value.reshape(value.getShape());
            handle.attach(scope);
            return handle;
        }

        @Override
        public void setParameterServer(ParameterServer server, Device[] devices) {
            throw new UnsupportedOperationException("these values do not train");
        }
    }
}
