package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.io.ShortList;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.HalfWeights;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the weights of a file into a model, after all names and shapes have been checked. */
final class WeightLoader {

    private static final Logger LOG = LoggerFactory.getLogger(WeightLoader.class);

    private final TensorReader reader;
    private final CheckpointLayout layout;
    private final VitConfig config;
    private final VitConfig fileConfig;

    /**
     * Prepares a load.
     *
     * @param config the model's geometry
     * @param fileConfig the same at the file's own image size
     */
    WeightLoader(
            TensorReader reader, CheckpointLayout layout, VitConfig config, VitConfig fileConfig) {
        this.reader = reader;
        this.layout = layout;
        this.config = config;
        this.fileConfig = fileConfig;
    }

    /** Reads the weights; {@code half} holds those that {@link HalfWeights} names in float16. */
    VisionTransformer load(Device device, boolean half) throws IOException {
        Map<String, Source> sources = layout.sources(fileConfig, layout.prefix(reader.tensors()));
        if (layout.geometry(reader.tensors()).classes() == 0) {
            sources.remove("head.weight");
            sources.remove("head.bias");
        }
        checkNames(sources);
        NDManager manager = TorchRuntime.newManager(device);
        manager.setName("vision transformer");
        try {
            Map<String, NDArray> weights = new LinkedHashMap<>();
            for (Map.Entry<String, Shape> entry : config.parts().shapes().entrySet()) {
                Source source = sources.get(entry.getKey());
                Shape shape = entry.getValue();
                float[] values =
                        source == null ? new float[Math.toIntExact(shape.size())] : read(source);
                values = resized(entry.getKey(), values);
                NDArray weight = manager.create(values, shape);
                weights.put(entry.getKey(), half ? halved(entry.getKey(), weight) : weight);
            }
            LOG.debug("loaded {} ({})", reader.file(), layout.label());
            return VisionTransformer.of(config, weights, manager);
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Frees the float32 array at once, so that the next one takes its place. */
    private NDArray halved(String path, NDArray weight) throws IOException {
        try (weight) {
            return HalfWeights.of(path, weight);
        } catch (IllegalArgumentException e) {
            throw new IOException(reader.file() + ": " + e.getMessage(), e);
        }
    }

    private float[] resized(String path, float[] values) {
        boolean relative = path.endsWith(".relative_position.table");
        boolean same =
                fileConfig.gridHeight() == config.gridHeight()
                        && fileConfig.gridWidth() == config.gridWidth();
        if (same || !(relative || path.equals("pos_embed"))) {
            return values;
        }
        if (relative) {
            return PositionEmbedding.resizeRelative(
                    values,
                    layout.positions().relative(),
                    fileConfig.gridHeight(),
                    fileConfig.gridWidth(),
                    config.gridHeight(),
                    config.gridWidth(),
                    config.heads());
        }
        LOG.info(
                "position embeddings resized from {}x{} to {}x{} patches",
                fileConfig.gridHeight(),
                fileConfig.gridWidth(),
                config.gridHeight(),
                config.gridWidth());
        return PositionEmbedding.resize(
                values,
                // A plain ViT as the published RLRR code does, every other as where it is from.
                config.variations().isEmpty() ? PositionEmbedding.Rule.LINEAR : layout.positions(),
                config.positions() - config.gridHeight() * config.gridWidth(),
                fileConfig.gridHeight(),
                fileConfig.gridWidth(),
                config.gridHeight(),
                config.gridWidth(),
                config.width());
    }

    private void checkNames(Map<String, Source> sources) throws IOException {
        List<String> faults = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (Source source : sources.values()) {
            if (!used.add(source.tensor())) {
                continue;
            }
            TensorInfo info = reader.tensors().get(source.tensor());
            if (info == null) {
                faults.add(source.tensor() + " is missing" + Unsupported.remark(source.tensor()));
            } else if (!info.shape().equals(source.fileShape())) {
                faults.add(
                        source.tensor()
                                + " has shape "
                                + info.shape()
                                + ", expected "
                                + source.fileShape());
            }
        }
        reader.tensors().keySet().stream()
                .filter(name -> !used.contains(name) && !layout.ignores(name))
                .forEach(name -> faults.add(name + " is unexpected"));
        if (!faults.isEmpty()) {
            throw new IOException(
                    reader.file() + " (" + layout.label() + "): " + ShortList.joined(faults, "; "));
        }
    }

    private float[] read(Source source) throws IOException {
        float[] values = reader.readFloats(source.tensor());
        int[] permutation = source.permutation();
        if (permutation != null) {
            values = Axes.permute(values, source.fileShape(), permutation);
        }
        if (source.parts() > 1) {
            int length = values.length / source.parts();
            int from = source.part() * length;
            values = Arrays.copyOfRange(values, from, from + length);
        }
        return values;
    }
}
