package io.github.rlrr.adapter;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which adapters of a pool have their effective weights kept, within a budget of bytes. The pool's
 * lock guards this and the entries.
 */
final class ReadyBudget {

    /** An adapter of the pool. */
    static final class Entry {

        final AdaptedBlock adapted;
        final AdapterMetadata metadata;

        /** The most that its effective weights take, in bytes. */
        final long needed;

        @Nullable ReadyValues ready;
        int users;
        boolean retired;
        private boolean asked;
        private boolean building;

        Entry(AdaptedBlock adapted, AdapterMetadata metadata, long needed) {
            this.adapted = adapted;
            this.metadata = metadata;
            this.needed = needed;
        }
    }

    private final long budget;

    /** Entries with kept weights, the one asked longest ago first. */
    private final Set<Entry> byUse = new LinkedHashSet<>();

    private long readyBytes;
    private long hits;
    private long builds;
    private long evictions;
    private long readThrough;

    ReadyBudget(long budget) {
        this.budget = budget;
    }

    AdapterPool.Figures figures(int adapters) {
        return new AdapterPool.Figures(
                adapters, byUse.size(), readyBytes, hits, builds, evictions, readThrough);
    }

    /**
     * Counts a request; true when its thread is to compute the weights, for which there is room.
     */
    boolean take(Entry entry) {
        if (entry.ready != null) {
            hits++;
            byUse.remove(entry);
            byUse.add(entry);
            return false;
        }
        boolean build = entry.asked && !entry.building && reserve(entry);
        entry.asked = true;
        entry.building |= build;
        if (!build) {
            readThrough++;
        }
        return build;
    }

    private boolean reserve(Entry entry) {
        if (entry.needed > budget) {
            return false;
        }
        Iterator<Entry> longestAgo = byUse.iterator();
        while (readyBytes + entry.needed > budget && longestAgo.hasNext()) {
            Entry other = longestAgo.next();
            if (other.users == 0) {
                longestAgo.remove();
                drop(other);
                evictions++;
            }
        }
        if (readyBytes + entry.needed > budget) {
            return false;
        }
        readyBytes += entry.needed;
        return true;
    }

    /** Keeps the weights that a thread computed; null where it failed. */
    void built(Entry entry, @Nullable ReadyValues made) {
        entry.building = false;
        readyBytes += (made == null ? 0 : made.bytes()) - entry.needed;
        if (made != null) {
            entry.ready = made;
            byUse.add(entry);
            builds++;
        }
    }

    /** Closes an adapter that nobody uses any more. */
    void free(Entry entry) {
        byUse.remove(entry);
        drop(entry);
        entry.adapted.close();
    }

    /** Forgets kept weights; the next request is a first one again. */
    private void drop(Entry entry) {
        if (entry.ready != null) {
            readyBytes -= entry.ready.bytes();
            entry.ready.close();
            entry.ready = null;
        }
        entry.asked = false;
    }
}
