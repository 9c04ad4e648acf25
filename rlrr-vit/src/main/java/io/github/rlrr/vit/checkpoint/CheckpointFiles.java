package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.tensor.ShardIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's files: the weights, and what lies beside them and says how to use them.
 *
 * @param weights the tensor file
 * @param json the fields of {@code config.json}, or null
 * @param preprocessor the fields of {@code preprocessor_config.json}, or null
 * @param model which of the file's models was asked for, or null
 * @param projected whether its {@link Projection} was asked for
 */
record CheckpointFiles(
        Path weights,
        @Nullable JsonFields json,
        @Nullable JsonFields preprocessor,
        @Nullable String model,
        boolean projected) {

    /**
     * What {@code config.json} says of a Vision Transformer.
     *
     * @return null where there is no such file
     * @throws IOException when it is beyond us
     */
    @Nullable ModelConfig config() throws IOException {
        return isOpenClip(weights) && !OpenClipTrunk.isOne(json)
                ? OpenClipConfig.of(json)
                : ModelConfig.of(json);
    }

    private static boolean isOpenClip(Path weights) {
        Path name = weights.getFileName();
        return name != null && name.toString().startsWith("open_clip_");
    }

    /** What hubs call the weights; a file of another name has no configuration beside it. */
    static final List<String> HUB_NAMES =
            List.of(
                    "model.safetensors",
                    "model.safetensors" + ShardIndex.SUFFIX,
                    "pytorch_model.bin",
                    "pytorch_model.bin" + ShardIndex.SUFFIX,
                    "open_clip_model.safetensors",
                    "open_clip_pytorch_model.bin");

    /** What a hub would call a file, so that a configuration beside it is read. */
    static String hubName(Path weights) {
        return HUB_NAMES.get(weights.toString().endsWith(".safetensors") ? 0 : 2);
    }

    /**
     * Finds a checkpoint's files.
     *
     * @param path a folder, or the file of weights; either with {@code #NAME} behind it for the
     *     model of that name in the file
     * @throws IOException when a folder has no weights or is half written, or a configuration is
     *     beyond us
     */
    static CheckpointFiles of(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        int hash = name.lastIndexOf('#');
        if (hash > 0 && !Files.exists(path)) {
            CheckpointFiles all = found(path.resolveSibling(name.substring(0, hash)));
            return new CheckpointFiles(
                    all.weights, all.json, all.preprocessor, name.substring(hash + 1), false);
        }
        return found(path);
    }

    /** The same, with the projection. */
    CheckpointFiles withProjection() {
        return new CheckpointFiles(weights, json, preprocessor, model, true);
    }

    private static CheckpointFiles found(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            WholeFolder.requireWhole(path);
            return beside(weights(path), path);
        }
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            WholeFolder.requireWhole(folder);
        }
        return folder != null && HUB_NAMES.contains(String.valueOf(path.getFileName()))
                ? beside(path, folder)
                : new CheckpointFiles(path, null, null, null, false);
    }

    private static CheckpointFiles beside(Path weights, Path folder) throws IOException {
        return new CheckpointFiles(
                weights,
                isOpenClip(weights)
                        ? OpenClipTrunk.asTimm(JsonFields.read(folder.resolve(OpenClipConfig.FILE)))
                        : JsonFields.read(folder.resolve(ModelConfig.FILE)),
                HuggingFacePreprocessor.find(folder),
                null,
                false);
    }

    private static Path weights(Path folder) throws IOException {
        for (String name : HUB_NAMES) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        List<Path> archives;
        try (Stream<Path> files = Files.list(folder)) {
            archives = files.filter(file -> file.toString().endsWith(".npz")).sorted().toList();
        }
        if (archives.size() == 1) {
            return archives.get(0);
        }
        boolean adapter = Files.exists(folder.resolve(AdapterFolder.CONFIG_FILE));
        if (adapter) {
            AdapterFolder.describe(folder); // another library's says whose it is
        }
        throw new IOException(
                folder
                        + (adapter ? " is an adapter folder, not a checkpoint's: it" : "")
                        + " has no "
                        + HUB_NAMES.get(0)
                        + ", no "
                        + HUB_NAMES.get(2)
                        + " and "
                        + (archives.isEmpty() ? "no" : archives.size())
                        + " files *.npz, expected one of them; or name the file itself");
    }
}
