package io.github.rlrr.examples.backbone;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.checkpoint.BackboneFamily;
import io.github.rlrr.vit.checkpoint.CheckpointDescription;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens folders with a file {@code model.conv}, found as a user's own family is. */
public final class ConvFamily implements BackboneFamily {

    private static final String FILE = "model.conv";
    private static final String CLASSES = "classes";
    private static final int SIDE = 16;

    @Override
    public boolean opens(Path path) {
        return Files.exists(path.resolve(FILE));
    }

    @Override
    public CheckpointDescription describe(Path path) throws IOException {
        try (TensorReader reader = TensorReader.open(path.resolve(FILE))) {
            int classes = (int) reader.tensors().get("head.weight").shape().get(0);
            String names = reader.metadata().get(CLASSES);
            return new CheckpointDescription(
                    "ConvNet",
                    new ConvNet.Config(SIDE, SIDE, classes),
                    Optional.of(Preprocessing.vitDefault(SIDE)),
                    names.isEmpty() ? List.of() : List.of(names.split(",")),
                    0,
                    SingleLabel.USUAL,
                    SixteenBit.SCALE);
        }
    }

    @Override
    public Backbone load(Path path, BackboneConfig config, Device device, boolean half)
            throws IOException {
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        Map<String, NDArray> weights = new LinkedHashMap<>();
        try (TensorReader reader = TensorReader.open(path.resolve(FILE))) {
            for (String name : reader.tensors().keySet()) {
                weights.put(name, reader.read(name, manager));
            }
        }
        return ConvNet.of((ConvNet.Config) config, weights, manager);
    }

    @Override
    public BackboneConfig preset(String name, Path path) {
        throw new IllegalArgumentException("a ConvNet has no preset " + name);
    }

    @Override
    public boolean has(Backbone network) {
        return network instanceof ConvNet;
    }

    @Override
    public List<Path> export(
            Backbone network,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata,
            Map<String, byte[]> beside)
            throws IOException {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        ((ConvNet) network).weights().forEach((path, p) -> arrays.put(path, p.getArray()));
        Map<String, String> said = Map.of(CLASSES, String.join(",", metadata.classNames()));
        try (WholeFolder files = WholeFolder.replace(folder)) {
            files.add(FILE, SafetensorsWriter.content(folder.resolve(FILE), arrays, said, floats));
            for (Map.Entry<String, byte[]> file : beside.entrySet()) {
                files.add(file.getKey(), out -> out.write(file.getValue()));
            }
            return files.finish();
        }
    }

    /** Writes a network of random weights and ten classes without names. */
    public static void writeRandom(Path folder) throws IOException {
        try (ConvNet net = ConvNet.random(new ConvNet.Config(SIDE, SIDE, 10))) {
            new ConvFamily()
                    .export(
                            net,
                            folder,
                            VitLayout.TIMM,
                            TensorType.F32,
                            new AdapterMetadata(),
                            Map.of());
        }
    }
}
