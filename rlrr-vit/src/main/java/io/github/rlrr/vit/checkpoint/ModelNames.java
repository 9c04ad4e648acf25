package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.io.ShortList;
import io.github.rlrr.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which tensors of a file are the model's, and what they are called without what training tools put
 * before their names.
 *
 * <p>A model is where a layout's patch embedding is; what stands before that name stands before all
 * of the model's. Of several models, such as one and its moving average, the plain one is taken
 * unless another is asked for. Beside the model, and in it, {@link Extras} may be left out; any
 * other tensor is refused, since it may change what the network computes.
 *
 * @param theirs the names in the file by the names that a layout knows
 * @param note what was chosen, taken off and left out; empty where nothing was
 */
record ModelNames(Map<String, String> theirs, String note) {

    /**
     * What compilers and wrappers of modules put into names, wherever that is; and the number of a
     * chunk, in which DINOv2's own training keeps blocks under their numbers in the whole.
     */
    private static final Pattern WRAPPERS =
            Pattern.compile(
                    "(?<=^|[./])(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\\."
                            + "|(?<=(^|[./])blocks\\.)\\d+\\.(?=\\d+\\.)");

    /** Parts of names by which averages of a model are known. */
    private static final Pattern AVERAGE =
            Pattern.compile(
                    "(.*_)?(ema\\d*|teacher|swa|avg|averaged?|momentum|shadow|target|key|k)(_.*)?"
                            + "|ema(model|net|backbone)");

    /** The same for Vision Transformers. */
    static ModelNames of(Path file, Map<String, TensorInfo> tensors, @Nullable String wanted)
            throws IOException {
        return of(
                file,
                tensors,
                wanted,
                false,
                VitLayout.all().stream().map(CheckpointLayout::naming).toList());
    }

    /**
     * Finds the model.
     *
     * @param file for messages
     * @param tensors the file's
     * @param wanted which of several models, or null
     * @param projected whether its {@link Projection} is asked for
     * @param layouts those that its names may follow
     */
    static ModelNames of(
            Path file,
            Map<String, TensorInfo> tensors,
            @Nullable String wanted,
            boolean projected,
            List<Naming> layouts)
            throws IOException {
        AdapterSigns.check(file, tensors.keySet());
        Map<String, String> plain = withoutWrappers(file, tensors.keySet());
        List<String> models = models(plain.keySet(), layouts);
        if (models.isEmpty() && wanted == null) {
            return new ModelNames(plain, "");
        }
        String prefix = chosen(file, models, wanted);
        return new Sorting(file, tensors, plain, models, prefix, projected).names();
    }

    private static Map<String, String> withoutWrappers(Path file, Set<String> names)
            throws IOException {
        Map<String, String> plain = new LinkedHashMap<>();
        for (String name : names) {
            String before = plain.putIfAbsent(WRAPPERS.matcher(name).replaceAll(""), name);
            if (before != null) {
                throw new IOException(
                        "%s: %s and %s are one name without what wrappers add, expected one of them"
                                .formatted(file, before, name));
            }
        }
        return Collections.unmodifiableMap(plain);
    }

    /** What stands before the names of each model there is. */
    private static List<String> models(Set<String> names, List<Naming> layouts) {
        Set<String> prefixes = new LinkedHashSet<>();
        for (String name : names) {
            // What one layout has as its own prefix, another takes for a tool's.
            layouts.stream()
                    .map(layout -> layout.before(name))
                    .filter(Objects::nonNull)
                    .min(Comparator.comparingInt(String::length))
                    .ifPresent(prefixes::add);
        }
        return List.copyOf(prefixes);
    }

    private static String chosen(Path file, List<String> models, @Nullable String wanted)
            throws IOException {
        List<String> left = new ArrayList<>(models);
        if (wanted != null) {
            left.removeIf(
                    prefix -> !prefix.startsWith(wanted + ".") && !prefix.startsWith(wanted + "/"));
        } else if (left.size() > 1) {
            left.removeIf(ModelNames::isAverage);
        }
        if (left.size() == 1) {
            return left.get(0);
        }
        throw new IOException(
                "%s holds %s models: %s; expected one%s"
                        .formatted(
                                file,
                                models.size(),
                                shown(models),
                                wanted == null
                                        ? ", or FILE#NAME to say which"
                                        : " that #" + wanted + " names"));
    }

    private static boolean isAverage(String prefix) {
        for (String part : prefix.split("[./]", -1)) {
            if (AVERAGE.matcher(part).matches()) {
                return true;
            }
        }
        return false;
    }

    static String shown(List<String> prefixes) {
        return ShortList.of(
                prefixes.stream()
                        .map(p -> p.isEmpty() ? "one without a prefix" : bare(p))
                        .toList());
    }

    private static String bare(String prefix) {
        return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }
}
