package io.github.rlrr.adapter;

import ai.djl.nn.Block;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.module.ModuleTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Several named adapters on one frozen base, which is held once.
 *
 * <pre>{@code
 * try (AdapterSet adapters = Rlrr.adapters(vit)) {
 *     adapters.load("pets", Path.of("pets-rlrr"));
 *     adapters.load("flowers", Path.of("flowers-rlrr"));
 *     adapters.with("pets").forward(store, images, false); // 37 logits
 *     adapters.base().forward(store, images, false);       // the base's own
 * }
 * }</pre>
 *
 * <p>{@link #with} gives an immutable view: a block that reads the base through that adapter and no
 * other. There is no current adapter that could be switched, so threads that forward through
 * different views never see each other's. Each adapter has a head of its own, with its own number
 * of classes.
 *
 * <p>Owns its adapters: {@link #close} frees the tensors of all that were not {@linkplain #remove
 * removed}; the base stays the caller's to close. Safe for use by several threads: looking up never
 * waits for an adapter that is being added.
 */
public final class AdapterSet implements AutoCloseable {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private final Block base;
    private final ModuleTree tree;
    private final Object change = new Object();
    private volatile Map<String, AdaptedBlock> adapters = Map.of();

    /** Starts without adapters; see {@link Rlrr#adapters}. */
    AdapterSet(Block base, ModuleTree tree) {
        this.base = base;
        this.tree = tree;
    }

    /** Makes an adapter; nothing is left allocated when it throws. */
    @FunctionalInterface
    private interface Source<E extends Exception> {
        AdaptedBlock make() throws E;
    }

    /**
     * Adds a fresh adapter at its start values, with the base's number of classes.
     *
     * @param name letters, digits, dots, hyphens and underscores; the first a letter or digit
     * @param config what is adapted and how
     * @return the view {@link #with} gives; train it, save it, merge it
     * @throws IllegalArgumentException when the name is taken or malformed, or as for {@link
     *     Rlrr#adapt}; the set is unchanged then
     */
    public AdaptedBlock add(String name, AdapterConfig config) {
        return put(name, () -> new AdaptedBlock(base, tree, Adapter.anew(tree, config)));
    }

    /**
     * Adds a fresh adapter with a head of zeros for another number of classes.
     *
     * @param name as for {@link #add(String, AdapterConfig)}
     * @param config exactly one of the modules it trains as a whole is a linear layer: the head
     * @param classes the head's outputs, at least 1
     * @return the view {@link #with} gives
     * @throws IllegalArgumentException as for {@link #add(String, AdapterConfig)}, or when there is
     *     not one head; the set is unchanged then
     */
    public AdaptedBlock add(String name, AdapterConfig config, int classes) {
        return put(
                name,
                () -> {
                    Adapter adapter = Adapter.anew(tree, config);
                    try {
                        adapter.freshHead(classes);
                        return new AdaptedBlock(base, tree, adapter);
                    } catch (RuntimeException e) {
                        adapter.close();
                        throw e;
                    }
                });
    }

    /**
     * Adds an adapter from its folder.
     *
     * @param name as for {@link #add(String, AdapterConfig)}
     * @param folder the folder {@link AdaptedBlock#save} wrote
     * @return the view {@link #with} gives
     * @throws IOException in one line when a file is missing, damaged or of another base; the set
     *     is unchanged then
     * @throws IllegalArgumentException when the name is taken or malformed
     */
    public AdaptedBlock load(String name, Path folder) throws IOException {
        return put(name, () -> AdapterFolder.load(folder, base, tree));
    }

    /**
     * Adds the combination of trained adapters of this set. They are read, not changed.
     *
     * @param name the name of the combination, as for {@link #add(String, AdapterConfig)}
     * @param combination which adapters, with what weights and by which rule
     * @return the view {@link #with} gives: an adapter like any other
     * @throws IllegalArgumentException when the name is taken or malformed, an adapter is not in
     *     the set, or they do not fit each other, with the reason; the set is unchanged then
     */
    public AdaptedBlock combine(String name, Combination combination) {
        return put(
                name,
                () -> {
                    Map<String, Adapter> parts = new LinkedHashMap<>();
                    combination.weights().keySet().forEach(n -> parts.put(n, with(n).adapter()));
                    return new AdaptedBlock(
                            base, tree, AdapterCombiner.combine(tree, parts, combination));
                });
    }

    private <E extends Exception> AdaptedBlock put(String name, Source<E> source) throws E {
        synchronized (change) {
            requireName(name);
            if (adapters.containsKey(name)) {
                throw new IllegalArgumentException(
                        "there is an adapter \"" + name + "\" already; remove it first");
            }
            AdaptedBlock made = source.make();
            Map<String, AdaptedBlock> grown = new LinkedHashMap<>(adapters);
            grown.put(name, made);
            adapters = Collections.unmodifiableMap(grown);
            return made;
        }
    }

    /**
     * The base read through one adapter.
     *
     * @param name an adapter of this set
     * @return an immutable view, the same block at each call; it is this set's to close
     * @throws IllegalArgumentException when there is no such adapter, with the names there are
     */
    public AdaptedBlock with(String name) {
        return known(name, adapters);
    }

    /** Refuses a malformed name. */
    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "adapter name \""
                            + name
                            + "\": expected letters, digits, dots, hyphens and underscores,"
                            + " at most 128, the first a letter or digit");
        }
    }

    /** The value under a name, or a refusal with the names there are. */
    static <V> V known(String name, Map<String, V> adapters) {
        V adapted = adapters.get(name);
        if (adapted == null) {
            throw new IllegalArgumentException(
                    "there is no adapter \"" + name + "\"; there are: " + adapters.keySet());
        }
        return adapted;
    }

    /**
     * The base read as it is, through no adapter.
     *
     * @return the frozen block itself
     */
    public Block base() {
        return base;
    }

    /**
     * The adapters of this set.
     *
     * @return their names in the order they were added
     */
    public List<String> names() {
        return List.copyOf(adapters.keySet());
    }

    /**
     * Takes an adapter out of the set. Forwards under way through it are not disturbed.
     *
     * @param name an adapter of this set
     * @return its view, now the caller's to close, once no thread forwards through it
     * @throws IllegalArgumentException when there is no such adapter
     */
    public AdaptedBlock remove(String name) {
        synchronized (change) {
            AdaptedBlock removed = known(name, adapters);
            Map<String, AdaptedBlock> shrunk = new LinkedHashMap<>(adapters);
            shrunk.remove(name);
            adapters = Collections.unmodifiableMap(shrunk);
            return removed;
        }
    }

    /** Takes out and closes every adapter. The base stays open. */
    @Override
    public void close() {
        synchronized (change) {
            adapters.values().forEach(AdaptedBlock::close);
            adapters = Map.of();
        }
    }
}
