package io.github.rlrr.vit;

import ai.djl.Device;
import io.github.rlrr.vit.checkpoint.BackboneFamily;
import io.github.rlrr.vit.checkpoint.Backbones;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The small checkpoints of every kind of network, under {@code parity}. */
public final class SmallNetworks {

    private SmallNetworks() {}

    /** Files beside a configuration of their name, and the folders that other libraries wrote. */
    public static Stream<String> names() throws IOException {
        Path root = Parity.resource("timm").getParent();
        try (Stream<Path> files = Files.walk(root)) {
            return files
                    .filter(
                            file ->
                                    file.endsWith("weights")
                                            || (file.toString().endsWith(".json")
                                                    && Files.exists(weights(file))))
                    .map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static Path weights(Path said) {
        return Path.of(said.toString().replaceAll("json$", "safetensors"));
    }

    /** Loads one from a copy in a folder. */
    public static Backbone load(String network, Path folder) throws IOException {
        return load(copy(network, Files.createDirectories(folder.resolve("checkpoint"))));
    }

    /** Loads one as it is. */
    public static Backbone load(Path checkpoint) throws IOException {
        BackboneFamily family = Backbones.of(checkpoint);
        BackboneConfig config = family.describe(checkpoint).config();
        return family.load(checkpoint, config, Device.cpu(), false);
    }

    /** As a hub's folder, or the one file that no configuration stands beside. */
    private static Path copy(String network, Path to) throws IOException {
        Path from = Parity.resource(network);
        if (!Files.isDirectory(from)) {
            Files.copy(from, to.resolve("config.json"));
            Files.copy(weights(from), to.resolve("model.safetensors"));
            return to;
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file));
                Files.copy(file, copy);
                if (file.toString().matches(".*(pth|npz)")) {
                    return copy;
                }
            }
        }
        return to;
    }
}
