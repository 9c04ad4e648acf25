package io.github.rlrr.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dictionary of a pickle, which may hold itself: never to be walked without a bound. */
final class PickledDict {

    private final boolean ordered;
    private List<Entry> entries = List.of();
    private boolean holdsTensors;
    private @Nullable PickledForeign foreign;

    /**
     * One key and its value.
     *
     * @param key any value
     * @param value any value
     */
    record Entry(Object key, Object value) {}

    /**
     * Makes an empty dictionary.
     *
     * @param ordered whether it is a {@code collections.OrderedDict}
     */
    PickledDict(boolean ordered) {
        this.ordered = ordered;
    }

    boolean ordered() {
        return ordered;
    }

    void put(Object key, Object value) {
        if (entries.isEmpty()) {
            entries = new ArrayList<>(2); // most are empty, and a file may claim millions
        }
        entries.add(new Entry(key, value));
        holdsTensors |= value instanceof PickledTensor;
        if (foreign == null && value instanceof PickledForeign found) {
            foreign = found;
        }
    }

    /** The entries as they came, keys that came twice included. */
    List<Entry> entries() {
        return entries;
    }

    /** The first value of a foreign type, or null. */
    @Nullable PickledForeign foreign() {
        return foreign;
    }

    /** Whether any value is a tensor. */
    boolean holdsTensors() {
        return holdsTensors;
    }
}
