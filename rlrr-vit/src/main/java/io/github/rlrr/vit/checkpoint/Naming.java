package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What files of one layout call the weights of a network, and what may stand before their names.
 *
 * @param label for people: "timm"
 * @param sign our path of the tensor by which a file's layout is known
 * @param prefixes what may stand before the model's names; the table's names begin with the first
 * @param ignored tensors that no weight needs and that can be left
 * @param table our names and theirs
 */
record Naming(String label, String sign, List<String> prefixes, Pattern ignored, NameTable table) {

    /**
     * What stands before the names of a model, beyond this family's own prefixes, if this is the
     * name of the sign; null for another name.
     */
    @Nullable String before(String name) {
        String before = before(name, place(sign, "").tensor());
        for (String own : prefixes) {
            String shorter = own.isEmpty() || before == null ? null : before(before, own);
            before = shorter == null ? before : shorter;
        }
        return before;
    }

    /** What stands before a name that others know, up to a dot or slash; null for another name. */
    private static @Nullable String before(String name, String known) {
        String before =
                name.endsWith(known) ? name.substring(0, name.length() - known.length()) : null;
        boolean whole =
                before != null
                        && (before.isEmpty() || before.endsWith(".") || before.endsWith("/"));
        return whole ? before : null;
    }

    /** Whether a file with these tensors is of this family. */
    boolean recognises(Map<String, TensorInfo> tensors) {
        return tensors.containsKey(tensor(sign, tensors));
    }

    /** How many of these tensors hold a parameter that our models may have. */
    long known(Map<String, TensorInfo> tensors) {
        return tensors.keySet().stream().filter(name -> holds(name, tensors)).count();
    }

    /** Whether a tensor holds a parameter that our models may have. */
    boolean holds(String name, Map<String, TensorInfo> tensors) {
        String prefix = prefix(tensors);
        return table.holds(name)
                || (name.startsWith(prefix)
                        && table.holds(usualPrefix() + name.substring(prefix.length())));
    }

    /** Whether a tensor that no weight needs is known and can be left. */
    boolean ignores(String name) {
        return ignored.matcher(name).matches() || table.leaves(name) || name.endsWith("mask_token");
    }

    /** What stands before the names in a file with these tensors. */
    String prefix(Map<String, TensorInfo> tensors) {
        return prefixes.stream()
                .filter(prefix -> tensors.containsKey(place(sign, prefix).tensor()))
                .findFirst()
                .orElse("");
    }

    /** What stands before the names in the files that others read, and we write. */
    String usualPrefix() {
        return prefixes.get(0);
    }

    /** The name of a parameter of ours in a file with these tensors. */
    String tensor(String path, Map<String, TensorInfo> tensors) {
        return place(path, prefix(tensors)).tensor();
    }

    NameTable.Place place(String path, String prefix) {
        NameTable.Place place = table.find(path);
        if (place == null) {
            throw new IllegalArgumentException(
                    "the layout of %s has no name for %s; choose another layout, such as timm's"
                            .formatted(label, path));
        }
        String tensor = place.tensor();
        return tensor.startsWith(usualPrefix())
                ? new NameTable.Place(
                        prefix + tensor.substring(usualPrefix().length()), place.arrangement())
                : place;
    }

    /** A dimension of a parameter's tensor, or 0 where the tensor or dimension is missing. */
    int size(Map<String, TensorInfo> tensors, String path, int axis) {
        NameTable.Place place = place(path, prefix(tensors));
        return size(tensors.get(place.tensor()), place.arrangement().fileAxis(axis));
    }

    /** A dimension of a tensor, or 0 where the tensor or dimension is missing. */
    static int size(@Nullable TensorInfo info, int axis) {
        if (info == null || axis < 0 || info.shape().dimension() <= axis) {
            return 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, info.shape().get(axis));
    }

    /**
     * Where each parameter of a model comes from.
     *
     * @param shapes of the parameters, by path
     * @param depth the number of blocks, for layouts that stack them
     * @param heads the number of heads, for layouts that split matrices by head
     * @param prefix stands before the names
     * @throws IllegalArgumentException naming a parameter that this layout has no name for
     */
    Map<String, Source> sources(Map<String, Shape> shapes, int depth, int heads, String prefix) {
        Map<String, Source> sources = new LinkedHashMap<>();
        shapes.forEach(
                (path, shape) -> {
                    NameTable.Place place = place(path, prefix);
                    sources.put(
                            path, place.arrangement().source(place.tensor(), shape, depth, heads));
                });
        return sources;
    }
}
