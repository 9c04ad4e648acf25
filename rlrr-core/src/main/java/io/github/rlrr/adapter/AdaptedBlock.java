package io.github.rlrr.adapter;

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
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.module.ModuleTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A frozen DJL block whose parameters are read through an adapter.
 *
 * <p>Shapes in and out are the base's. A forward hands the base a store that answers with effective
 * values; the base knows nothing of it, and its own parameters never change, bit for bit. Every
 * training forward freezes them again, since DJL's {@code Model.newTrainer} unfreezes what {@code
 * Model.load} has loaded.
 *
 * <p>The base stays the caller's to close; {@link #close} closes the adapter's tensors. The block
 * works in DJL's {@code Model}, {@code Trainer} and {@code Predictor}; concurrent forwards are safe
 * while nothing trains. A forward with labels passes them to the base, unless batch norm's
 * statistics are frozen: the base evaluates then, and evaluation takes none.
 */
public final class AdaptedBlock extends AbstractBlock implements AutoCloseable {

    private final Block base;
    private final ModuleTree tree;
    private final Adapter adapter;
    private final List<Parameter> frozen;
    private volatile boolean everyReadingSeen;

    /** Wraps an initialized base; see {@link Rlrr#adapt}. */
    @SuppressWarnings("this-escape")
    AdaptedBlock(Block base, ModuleTree tree, Adapter adapter) {
        this.base = addChildBlock("base", base);
        this.tree = tree;
        this.adapter = adapter;
        beforeInitialize(base.getInputShapes().clone());
        frozen = List.copyOf(tree.parameters().values());
        adapter.saved().values().forEach(this::addParameter);
        freezeBase();
    }

    private void freezeBase() {
        for (Parameter parameter : frozen) {
            if (parameter.requiresGradient()) {
                parameter.freeze(true);
            }
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        return read(
                parameterStore,
                inputs,
                training,
                store -> base.forward(store, inputs, training && !evaluatesBase(), params));
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList data,
            NDList labels,
            @Nullable PairList<String, Object> params) {
        return read(
                parameterStore,
                data,
                true,
                store ->
                        evaluatesBase()
                                ? base.forward(store, data, false, params)
                                : base.forward(store, data, labels, params));
    }

    /**
     * With frozen statistics batch norm must not be told that it trains: it would normalise with
     * the batch's own. The graph is recorded all the same.
     */
    private boolean evaluatesBase() {
        return !adapter.frozenStatistics().isEmpty();
    }

    private NDList read(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            Function<ParameterStore, NDList> forward) {
        if (training) {
            freezeBase();
        }
        try (AdaptedStore store =
                new AdaptedStore(parameterStore, adapter, inputs.head().getManager(), training)) {
            NDList outputs = forward.apply(store);
            if (!everyReadingSeen) {
                checkEveryReading(store.read());
                everyReadingSeen = true;
            }
            return outputs;
        }
    }

    private void checkEveryReading(Set<String> read) {
        Set<String> unread = new TreeSet<>();
        adapter.readings()
                .forEach(
                        (id, reading) -> {
                            if (!read.contains(id)) {
                                unread.add(reading.adapted().site().path());
                            }
                        });
        if (!unread.isEmpty()) {
            throw new IllegalStateException(
                    "the first forward never read the parameters of "
                            + unread
                            + " through the parameter store (a TorchScript block or a lambda that"
                            + " captured them does not), so adapting them has no effect; exclude"
                            + " them from the targets");
        }
    }

    /**
     * The wrapped block.
     *
     * @return the base, frozen
     */
    public Block base() {
        return base;
    }

    /**
     * What this adapter adapts and how.
     *
     * @return the configuration
     */
    public AdapterConfig config() {
        return adapter.config();
    }

    /**
     * The tensors that training changes, in module order.
     *
     * @return an unmodifiable collection
     */
    public Collection<TrainableTensor> trainableTensors() {
        return adapter.trainable();
    }

    /**
     * Counts what is trained and what is frozen.
     *
     * @return the report
     */
    public ParameterReport parameterReport() {
        return ParameterReport.of(tree, adapter);
    }

    /**
     * Computes the value of every parameter of the base as this adapter reads it.
     *
     * @param manager owns the returned arrays
     * @return fresh arrays by parameter path ({@link ModuleTree#parameters()}), on the parameters'
     *     device, without gradients; a replaced head in its own shape
     * @throws IllegalStateException naming the parameter whose effective value is not finite;
     *     nothing stays allocated then
     */
    public Map<String, NDArray> effectiveValues(NDManager manager) {
        return Merge.effectiveValues(tree, adapter, manager);
    }

    /**
     * Writes the effective values into a plain block of the base's architecture. Nothing else
     * changes: neither the base nor this adapter, and {@code plain} only as a whole.
     *
     * @param plain an initialized block with the base's module paths and shapes; it must not be the
     *     base
     * @throws IllegalArgumentException naming every missing, unexpected and mis-shaped parameter
     * @throws IllegalStateException naming a parameter whose effective value is not finite
     */
    public void mergeInto(Block plain) {
        Merge.into(plain, tree, adapter);
    }

    /**
     * Saves the adapter as a folder: {@code adapter_config.json} and {@code
     * adapter_model.safetensors}, each written whole or not at all.
     *
     * @param folder the folder, made where missing
     * @param metadata what travels with the adapter
     * @throws ArithmeticException naming a tensor when one holds NaN or infinite values; nothing is
     *     written then
     * @throws IOException when a file cannot be written
     */
    public void save(Path folder, AdapterMetadata metadata) throws IOException {
        AdapterFolder.save(folder, this, metadata);
    }

    /**
     * A digest of the base's frozen weights, whatever file they came from; modules trained as a
     * whole do not count.
     *
     * @return {@code sha256:} and 64 hexadecimal digits
     */
    public String baseFingerprint() {
        return Fingerprint.of(tree, adapter);
    }

    /**
     * The modules that are read through this adapter.
     *
     * @return their paths
     */
    public Set<String> adaptedModules() {
        return adapter.sites().stream()
                .map(site -> site.site().path())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * This adapter on a part of its base, or another view of it. Both train the same tensors.
     *
     * @param view reads the parameters of the base, all that are adapted among them
     * @return an adapted block, which need not be closed beside this one
     */
    public AdaptedBlock on(Block view) {
        return new AdaptedBlock(view, tree, adapter);
    }

    Adapter adapter() {
        return adapter;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        base.initialize(manager, dataType, inputShapes);
    }

    /** The base's shapes, which a head of this adapter's own with other classes does not change. */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return base.getOutputShapes(inputShapes);
    }

    /**
     * Draws the base's modules, a line each, with what this adapter makes of them.
     *
     * @return lines such as {@code head linear (10, 128) + bias <- Replacement: weight (10, 128),
     *     bias (10)}
     */
    @Override
    public String toString() {
        Map<String, String> sites = new HashMap<>();
        adapter.sites().forEach(site -> sites.put(site.site().path(), site.toString()));
        String inputs =
                Arrays.stream(base.getInputShapes())
                        .map(Shape::toString)
                        .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s %s, adapted: %s%n%s",
                base.getClass().getSimpleName(),
                inputs,
                adapter.config().method(),
                tree.toString(sites));
    }

    /** Closes the adapter's tensors. The base stays open. */
    @Override
    public void close() {
        adapter.close();
    }
}
