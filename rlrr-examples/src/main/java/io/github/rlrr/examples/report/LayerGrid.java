package io.github.rlrr.examples.report;

import io.github.rlrr.spectrum.LayerChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Matrices as a grid of layers by modules: {@code blocks.3.attn.query} is {@code attn.query} of
 * {@code blocks.3}. What belongs to no numbered layer stands beside it.
 */
final class LayerGrid {

    private record Place(String layer, String module) {}

    private final Map<Place, LayerChange> cells = new LinkedHashMap<>();
    private final Set<String> layers = new LinkedHashSet<>();
    private final Set<String> modules = new LinkedHashSet<>();
    private final List<LayerChange> beside = new ArrayList<>();

    LayerGrid(List<LayerChange> changes) {
        for (LayerChange change : changes) {
            Place place = place(change.path());
            if (place == null) {
                beside.add(change);
            } else {
                layers.add(place.layer());
                modules.add(place.module());
                cells.put(place, change);
            }
        }
    }

    /** Splits a path after its last number that has something behind it. */
    private static @Nullable Place place(String path) {
        String[] names = path.split("\\.", -1);
        for (int i = names.length - 2; i >= 0; i--) {
            if (names[i].matches("\\d+")) {
                int split = String.join(".", List.of(names).subList(0, i + 1)).length();
                return new Place(path.substring(0, split), path.substring(split + 1));
            }
        }
        return null;
    }

    List<String> layers() {
        return List.copyOf(layers);
    }

    List<String> modules() {
        return List.copyOf(modules);
    }

    /** The change of a cell, null where that matrix did not change. */
    @Nullable LayerChange at(String layer, String module) {
        return cells.get(new Place(layer, module));
    }

    /** The matrices outside the grid. */
    List<LayerChange> beside() {
        return List.copyOf(beside);
    }
}
