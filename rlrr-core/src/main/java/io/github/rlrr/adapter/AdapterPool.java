package io.github.rlrr.adapter;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.ReadyBudget.Entry;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.GradMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Many adapters that serve on one frozen base, which is held once.
 *
 * <pre>{@code
 * try (AdapterPool pool = Rlrr.pool(vit, 2L << 30)) {
 *     pool.load("pets", Path.of("pets-rlrr"));
 *     pool.load("flowers", Path.of("flowers-rlrr"));
 *     NDList logits = pool.forward("pets", images);
 * }
 * }</pre>
 *
 * <p>An adapter's first request reads the base through it, parameter by parameter, and keeps
 * nothing. From its second on its effective weights are kept, as far as the budget goes; then a
 * request costs what the plain base costs. When the budget is full, those go that were asked
 * longest ago and are not in use; where that does not make room, the base is read through the
 * adapter. The answers are the same either way, to rounding.
 *
 * <p>Safe for use by several threads. Adapters are added, replaced and removed while others serve:
 * requests under way end with the adapter that they began with. A folder that is damaged or belongs
 * to another base is refused, and nothing changes.
 *
 * <p>Owns the adapters; the base stays the caller's.
 */
public final class AdapterPool implements AutoCloseable {

    /**
     * What a pool holds and has done.
     *
     * @param adapters the adapters there are
     * @param ready those whose effective weights are kept
     * @param readyBytes what these take, never more than the budget
     * @param hits requests answered with kept weights
     * @param builds how often weights were computed to be kept
     * @param evictions how often kept weights made room for others
     * @param readThrough requests that read the base through the adapter
     */
    public record Figures(
            int adapters,
            int ready,
            long readyBytes,
            long hits,
            long builds,
            long evictions,
            long readThrough) {}

    private final Block base;
    private final ModuleTree tree;
    private final Map<Set<String>, String> fingerprints = new ConcurrentHashMap<>();
    private final Object lock = new Object();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final ReadyBudget ready;
    private int users;
    private boolean closed;

    /** Starts without adapters; see {@link Rlrr#pool}. */
    AdapterPool(Block base, ModuleTree tree, long budget) {
        if (budget < 0) {
            throw new IllegalArgumentException(
                    "the byte budget is " + budget + ", expected 0 or more");
        }
        this.base = base;
        this.tree = tree;
        ready = new ReadyBudget(budget);
    }

    /**
     * Adds an adapter from its folder, or puts it in the place of one.
     *
     * @param name letters, digits, dots, hyphens and underscores; the first a letter or digit
     * @param folder the folder {@link AdaptedBlock#save} wrote
     * @return what travels with the adapter
     * @throws IOException in one line when a file is missing, damaged or of another base; nothing
     *     is changed then
     * @throws IllegalArgumentException when the name is malformed
     * @throws IllegalStateException when the pool is closed
     */
    public AdapterMetadata load(String name, Path folder) throws IOException {
        AdapterSet.requireName(name);
        AdapterMetadata metadata = AdapterFolder.describe(folder).metadata();
        AdaptedBlock adapted = AdapterFolder.load(folder, base, tree, this::fingerprint);
        Entry entry = new Entry(adapted, metadata, ReadyValues.estimate(tree, adapted.adapter()));
        synchronized (lock) {
            if (closed) {
                adapted.close();
                requireOpen();
            }
            Entry before = entries.put(name, entry);
            if (before != null) {
                retire(before);
            }
        }
        return metadata;
    }

    /** The base does not change, so its weights are read once for each kind of adapter. */
    private String fingerprint(Adapter adapter) {
        return fingerprints.computeIfAbsent(
                Fingerprint.left(adapter), left -> Fingerprint.of(tree, left));
    }

    /**
     * Takes an adapter out. Requests under way through it are answered.
     *
     * @param name an adapter of this pool
     * @throws IllegalArgumentException when there is no such adapter, with the names there are
     */
    public void remove(String name) {
        synchronized (lock) {
            Entry removed = AdapterSet.known(name, entries);
            entries.remove(name);
            retire(removed);
        }
    }

    /**
     * The adapters of this pool.
     *
     * @return their names in the order they were added
     */
    public List<String> names() {
        synchronized (lock) {
            return List.copyOf(entries.keySet());
        }
    }

    /**
     * What the pool holds and has done.
     *
     * @return the figures of this moment
     */
    public Figures figures() {
        synchronized (lock) {
            return ready.figures(entries.size());
        }
    }

    /**
     * Runs the base as an adapter reads it, without recording gradients.
     *
     * @param name an adapter of this pool
     * @param inputs the base's inputs, on its device; they stay the caller's
     * @return the outputs, on the inputs' manager
     * @throws IllegalArgumentException when there is no such adapter, with the names there are
     * @throws IllegalStateException when the pool is closed, or the base never reads what the
     *     adapter adapts
     */
    public NDList forward(String name, NDList inputs) {
        try (Lease lease = lease(name)) {
            return lease.forward(inputs);
        }
    }

    /**
     * Takes an adapter into use: what travels with it and what it answers stay together until the
     * lease is closed, whatever is loaded under its name meanwhile.
     *
     * @param name an adapter of this pool
     * @return the lease; close it when done
     * @throws IllegalArgumentException when there is no such adapter, with the names there are
     * @throws IllegalStateException when the pool is closed
     */
    public Lease lease(String name) {
        synchronized (lock) {
            requireOpen();
            Entry entry = AdapterSet.known(name, entries);
            entry.users++;
            users++;
            return new Lease(entry);
        }
    }

    /** An adapter in use. For one thread. */
    public final class Lease implements AutoCloseable {

        private final Entry entry;
        private boolean ended;

        private Lease(Entry entry) {
            this.entry = entry;
        }

        /**
         * What travels with the adapter.
         *
         * @return class names, preprocessing and threshold
         */
        public AdapterMetadata metadata() {
            return entry.metadata;
        }

        /**
         * Runs the base as the adapter reads it, without recording gradients.
         *
         * @param inputs the base's inputs, on its device; they stay the caller's
         * @return the outputs, on the inputs' manager
         * @throws IllegalStateException when the lease is closed, or the base never reads what the
         *     adapter adapts
         */
        public NDList forward(NDList inputs) {
            if (ended) {
                throw new IllegalStateException("this lease of an adapter is closed");
            }
            boolean builds;
            synchronized (lock) {
                builds = ready.take(entry);
            }
            try (GradMode off = GradMode.off()) {
                off.suppressNotUsedWarning();
                if (builds) {
                    build(entry);
                }
                return run(entry, inputs);
            }
        }

        /** Gives the adapter back. */
        @Override
        public void close() {
            if (!ended) {
                ended = true;
                synchronized (lock) {
                    release(entry);
                }
            }
        }
    }

    private void build(Entry entry) {
        ReadyValues made = null;
        try {
            made = new ReadyValues(tree, entry.adapted.adapter());
        } finally {
            synchronized (lock) {
                ready.built(entry, made);
            }
        }
    }

    /** Kept weights do not go while the entry is in use. */
    private NDList run(Entry entry, NDList inputs) {
        ReadyValues values;
        synchronized (lock) {
            values = entry.ready;
        }
        NDManager owner = inputs.head().getManager();
        if (values == null) {
            return entry.adapted.forward(new ParameterStore(owner, false), inputs, false);
        }
        try (NDManager scope = owner.newSubManager()) {
            NDList outputs = base.forward(values.store(scope), inputs, false);
            outputs.attach(owner);
            return outputs;
        }
    }

    private void release(Entry entry) {
        entry.users--;
        users--;
        if (entry.retired && entry.users == 0) {
            ready.free(entry);
        }
        lock.notifyAll();
    }

    private void retire(Entry entry) {
        entry.retired = true;
        if (entry.users == 0) {
            ready.free(entry);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this pool of adapters is closed");
        }
    }

    /**
     * Refuses new requests, waits for those under way, and frees every adapter. Not to be called by
     * a thread that holds a {@link Lease}: it would wait for itself.
     */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            entries.values().forEach(this::retire);
            entries.clear();
            boolean interrupted = false;
            while (users > 0) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
