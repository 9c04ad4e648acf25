package io.github.rlrr.adapter;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.rlrr.io.ShortList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says what something is that was given as an adapter folder and is none, and what would be. */
final class NoAdapter {

    /** Files of whole models, by how their names end. */
    private static final List<String> CHECKPOINTS =
            List.of(".safetensors", ".npz", ".pth", ".pt", ".bin", ".ckpt");

    /** A folder of more is no place to search for adapters. */
    private static final int MOST_ENTRIES = 1000;

    private NoAdapter() {}

    /** What a path without a configuration is. */
    static IOException at(Path path) {
        return new IOException(
                path
                        + " is no adapter folder: "
                        + (Files.isDirectory(path) ? folder(path) : notAFolder(path)));
    }

    private static String notAFolder(Path path) {
        if (!Files.exists(path)) {
            return "it has no " + AdapterFolder.CONFIG_FILE + " (the folder does not exist)";
        }
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null && holdsAdapter(folder)) {
            return "it is a file; name its folder, "
                    + (path.getParent() == null ? "." : path.getParent());
        }
        return "it is a file"
                + (isCheckpoint(path)
                        ? " of a model's tensors: a checkpoint, which an adapter is put on"
                        : "")
                + "; expected a folder with "
                + AdapterFolder.CONFIG_FILE;
    }

    private static String folder(Path folder) {
        String lacks = "it has no " + AdapterFolder.CONFIG_FILE;
        List<Path> inside = below(folder);
        if (!inside.isEmpty()) {
            return lacks + "; the adapter is in " + ShortList.of(inside);
        }
        boolean model =
                Files.exists(folder.resolve("config.json"))
                        || entries(folder).stream().anyMatch(NoAdapter::isCheckpoint);
        return lacks
                + (model ? ", but a whole model: a checkpoint, which an adapter is put on" : "");
    }

    /** The adapters of a run's folder, or of a comparison's. */
    private static List<Path> below(Path folder) {
        List<Path> found = new ArrayList<>();
        for (Path child : entries(folder)) {
            if (holdsAdapter(child)) {
                found.add(child);
            } else if (holdsAdapter(child.resolve("adapter"))) {
                found.add(child.resolve("adapter"));
            }
        }
        return found;
    }

    private static boolean holdsAdapter(Path folder) {
        return Files.isRegularFile(folder.resolve(AdapterFolder.CONFIG_FILE));
    }

    private static boolean isCheckpoint(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return !file.endsWith(AdapterFolder.TENSOR_FILE)
                && Files.isRegularFile(file)
                && CHECKPOINTS.stream().anyMatch(name::endsWith);
    }

    /** What a folder holds; nothing where that cannot be said, since this is a hint only. */
    private static List<Path> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.limit(MOST_ENTRIES).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Another library's adapter, known by its configuration; null for none. */
    static @Nullable IOException foreign(Path folder, JsonObject json) {
        String type = text(json.get("peft_type"));
        if (json.has("format_version") || type.equals("RLRR")) {
            return null;
        }
        if (!type.isEmpty() || json.has("peft_version") || json.has("target_modules")) {
            return new IOException(
                    folder
                            + " is a PEFT adapter"
                            + (type.isEmpty() ? "" : " (" + type + ")")
                            + "; rlrr reads its own adapter folders, which have a format_version."
                            + " Merge it in Python with merge_and_unload(), save that model with"
                            + " save_pretrained, and use it as a checkpoint");
        }
        if (json.has("model_type") || json.has("architectures")) {
            return new IOException(
                    folder
                            + " is no adapter folder: its "
                            + AdapterFolder.CONFIG_FILE
                            + " is the configuration of a whole model");
        }
        return null;
    }

    private static String text(@Nullable JsonElement value) {
        boolean text =
                value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
        return text ? AdapterFolder.shown(value.getAsString()) : "";
    }
}
