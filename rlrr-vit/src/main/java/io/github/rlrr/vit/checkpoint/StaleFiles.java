package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Weights of another layout in a folder: they would be read in place of those written there. */
final class StaleFiles {

    private StaleFiles() {}

    /**
     * What an older export left there and is to go.
     *
     * @param weights the name of the weights to be written
     * @return names of files
     * @throws IOException when there are weights that no export wrote: they are not ours to delete
     */
    static List<String> beside(Path folder, String weights) throws IOException {
        List<String> stale = new ArrayList<>();
        Set<String> foreign = new TreeSet<>();
        for (String name : others(folder, weights)) {
            if (isExport(folder, name)) {
                stale.add(name);
            } else {
                foreign.add(name);
            }
        }
        if (!foreign.isEmpty()) {
            throw new IOException(
                    folder
                            + " holds the weights "
                            + String.join(", ", foreign)
                            + ", which would be read beside "
                            + weights
                            + " or in place of it; choose another folder, or delete them first");
        }
        return stale;
    }

    /** Safetensors are read before all others, then a pickle, then a single npz. */
    private static Set<String> others(Path folder, String weights) throws IOException {
        Set<String> others = new TreeSet<>();
        if (weights.equals(CheckpointFolder.SAFETENSORS)) {
            // Read in place of none, but left behind by an older export it is of no use.
            if (isExport(folder, CheckpointFolder.ARCHIVE)) {
                others.add(CheckpointFolder.ARCHIVE);
            }
            return others;
        }
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> String.valueOf(file.getFileName()))
                        .filter(
                                name ->
                                        name.endsWith(".npz")
                                                || CheckpointFiles.HUB_NAMES.contains(name))
                        .forEach(others::add);
            }
        }
        others.remove(weights);
        return others;
    }

    /**
     * Our safetensors name the heads in their metadata; our archives stand beside our
     * configuration.
     */
    private static boolean isExport(Path folder, String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        if (name.equals(CheckpointFolder.SAFETENSORS)) {
            try (TensorReader reader = TensorReader.open(file)) {
                return reader.metadata().containsKey(FileGeometry.HEADS)
                        && reader.metadata().containsKey(FileGeometry.IMAGE_SIZE);
            } catch (IOException e) {
                return false;
            }
        }
        if (!name.equals(CheckpointFolder.ARCHIVE)) {
            return false;
        }
        try {
            JsonFields config = JsonFields.read(folder.resolve(ModelConfig.FILE));
            // timm itself never has an npz beside its configuration.
            return config != null && config.has("architecture") && config.has("pretrained_cfg");
        } catch (IOException e) {
            return false;
        }
    }
}
