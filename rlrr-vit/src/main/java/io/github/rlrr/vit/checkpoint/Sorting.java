package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.io.ShortList;
import io.github.rlrr.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Sorts the tensors of a file into those of the chosen model, those that may be left out, and those
 * that are refused.
 *
 * @param file for messages
 * @param tensors the file's, by their own names
 * @param plain those names by the ones without wrappers
 * @param models what stands before the names of each model there is
 * @param prefix what stands before those of the chosen one
 * @param projected whether its {@link Projection} is asked for
 */
record Sorting(
        Path file,
        Map<String, TensorInfo> tensors,
        Map<String, String> plain,
        List<String> models,
        String prefix,
        boolean projected) {

    private static final String MASK_TOKEN = "mask_token";
    private static final String SCALE = "blocks.0.ls1.gamma";

    ModelNames names() throws IOException {
        Map<String, String> theirs = new LinkedHashMap<>();
        List<String> out = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        boolean headless = plain.keySet().stream().noneMatch(this::isHead);
        String whole = Projection.whole(prefix);
        plain.forEach(
                (name, original) -> {
                    String called = name.startsWith(whole) ? name.substring(whole.length()) : name;
                    String projection = Projection.known(called);
                    if (projection != null && !isOther(name)) {
                        if (projected) {
                            theirs.put(projection, original);
                        } else {
                            out.add(original);
                        }
                        return;
                    }
                    if (!whole.equals(prefix) && called.matches(PublishedLayouts.OPEN_CLIP_TEXTS)) {
                        out.add(original);
                        return;
                    }
                    boolean inside = name.startsWith(prefix) && !isOther(name);
                    String own = inside ? name.substring(prefix.length()) : name;
                    if (Extras.isOne(own, info(original), inside)) {
                        out.add(original);
                        if (own.equals(MASK_TOKEN) && plain.containsKey(prefix + SCALE)) {
                            theirs.put(own, original); // of DINOv2's own files
                        }
                    } else if (inside) {
                        theirs.put(own, original);
                    } else if (!isOther(name)) {
                        boolean head = headless && Extras.isHead(name);
                        (head ? out : foreign).add(original);
                    }
                });
        if (!foreign.isEmpty()) {
            throw new IOException(
                    "%s: the names of its model begin with \"%s\", and these do not: %s; what they change in its results is unknown, so save the model alone"
                            .formatted(file, prefix, ShortList.of(foreign)));
        }
        if (projected && theirs.keySet().stream().noneMatch(Projection::isWeight)) {
            throw Projection.missing(file);
        }
        return new ModelNames(Collections.unmodifiableMap(theirs), note(out));
    }

    private TensorInfo info(String name) {
        return Objects.requireNonNull(tensors.get(name));
    }

    private boolean isHead(String name) {
        return name.startsWith(prefix)
                && name.substring(prefix.length())
                        .matches(
                                "(head\\.weight|heads\\.head\\.weight|classifier\\.weight|head/kernel)");
    }

    /** Whether a tensor belongs to another model than the chosen one. */
    private boolean isOther(String name) {
        String owner = null;
        for (String model : models) {
            if (name.startsWith(model) && (owner == null || model.length() > owner.length())) {
                owner = model;
            }
        }
        if (owner != null && !(owner.isEmpty() && prefix.isEmpty())) {
            return !owner.equals(prefix);
        }
        // A teacher's head stands beside its backbone.
        return models.stream()
                .map(Sorting::root)
                .anyMatch(
                        root ->
                                !root.isEmpty()
                                        && !root.equals(root(prefix))
                                        && name.startsWith(root));
    }

    private static String root(String prefix) {
        int end = 0;
        while (end < prefix.length() && prefix.charAt(end) != '.' && prefix.charAt(end) != '/') {
            end++;
        }
        return prefix.isEmpty() ? "" : prefix.substring(0, end + 1);
    }

    private String note(List<String> out) {
        List<String> said = new ArrayList<>();
        if (models.size() > 1) {
            List<String> others = models.stream().filter(m -> !m.equals(prefix)).toList();
            said.add(
                    "of %s models took %s, not %s; FILE#NAME takes another"
                            .formatted(
                                    models.size(),
                                    ModelNames.shown(List.of(prefix)),
                                    ModelNames.shown(others)));
        }
        if (!prefix.isEmpty()) {
            said.add("took \"" + prefix + "\" off the names");
        }
        if (!out.isEmpty()) {
            said.add(
                    "left out %s tensors that the network does not use: %s"
                            .formatted(out.size(), ShortList.of(out)));
        }
        return String.join("; ", said);
    }
}
