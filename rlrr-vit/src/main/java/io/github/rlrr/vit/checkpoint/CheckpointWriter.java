package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.NpzWriter;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.PoolingSize;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Arranges a model's weights as a layout's files have them: a layout's sources, read backwards. */
final class CheckpointWriter {

    private CheckpointWriter() {}

    /** Where the content of a file goes. */
    interface Sink {
        void accept(AtomicFile.Content content) throws IOException;
    }

    static void write(VisionTransformer vit, VitLayout layout, Path file, TensorType floats)
            throws IOException {
        write(vit, layout, file, floats, content -> AtomicFile.write(file, content));
    }

    /** Hands out the content of a file, to be written before this returns. */
    static void write(
            VisionTransformer vit, VitLayout layout, Path file, TensorType floats, Sink sink)
            throws IOException {
        VitConfig config = PlacedToken.written(layout, vit.config());
        CheckpointLayout names = layout.of(config);
        Map<String, Source> sources = names.sources(config, names.usualPrefix());
        boolean archive = layout == VitLayout.GOOGLE;
        write(
                PlacedToken.written(layout, vit.config(), values(vit)),
                sources,
                (arrays, manager) -> {
                    for (String norm : names.manner().unused()) {
                        arrays.put(norm + ".weight", manager.ones(new Shape(config.width())));
                        arrays.put(norm + ".bias", manager.zeros(new Shape(config.width())));
                    }
                    if (DistilledHead.isOf(config)) {
                        DistilledHead.split(arrays);
                    }
                    if (ParallelBlocks.isOf(config)) {
                        ParallelBlocks.join(arrays);
                    }
                },
                archive ? null : metadata(config),
                file,
                floats,
                sink);
    }

    /** The values of a network's parameters, by path. */
    static Function<String, float[]> values(Block network) {
        Map<String, Parameter> parameters = ModuleTree.of(network).parameters();
        return path -> Objects.requireNonNull(parameters.get(path)).getArray().toFloatArray();
    }

    /**
     * Hands out the content of a file of any network.
     *
     * @param values of its parameters, by path
     * @param sources where each of its parameters goes
     * @param last changes the tensors once more
     * @param metadata of safetensors; null for an npz
     * @param file for messages
     * @param floats how values are stored
     * @param sink takes the content, before this returns
     */
    static void write(
            Function<String, float[]> values,
            Map<String, Source> sources,
            BiConsumer<Map<String, NDArray>, NDManager> last,
            @Nullable Map<String, String> metadata,
            Path file,
            TensorType floats,
            Sink sink)
            throws IOException {
        // Our parameters by the file's tensor and the part of it that they are.
        Map<String, TreeMap<Integer, String>> parts = new LinkedHashMap<>();
        sources.forEach(
                (path, source) ->
                        parts.computeIfAbsent(source.tensor(), name -> new TreeMap<>())
                                .put(source.part(), path));
        try (NDManager manager = TorchRuntime.newManager(Device.cpu())) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            for (Map.Entry<String, TreeMap<Integer, String>> tensor : parts.entrySet()) {
                Source source = Objects.requireNonNull(sources.get(tensor.getValue().get(0)));
                float[] joined = joined(values, tensor.getValue().values());
                int[] order = source.permutation();
                if (order != null) {
                    joined = Axes.restore(joined, source.fileShape(), order);
                }
                arrays.put(tensor.getKey(), manager.create(joined, source.fileShape()));
            }
            last.accept(arrays, manager);
            sink.accept(
                    metadata == null
                            ? NpzWriter.content(file, arrays, floats)
                            : SafetensorsWriter.content(file, arrays, metadata, floats));
        }
    }

    private static Map<String, String> metadata(VitConfig config) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put(FileGeometry.HEADS, Integer.toString(config.heads()));
        metadata.put(FileGeometry.IMAGE_SIZE, config.imageHeight() + "x" + config.imageWidth());
        PoolingSize pooling = config.pooling();
        if (pooling != null) {
            metadata.put(FileGeometry.POOLING_HEADS, Integer.toString(pooling.heads()));
        }
        if (config.rotary() != null) {
            metadata.put(FileRotation.KEY, config.rotary().toString());
        }
        return metadata;
    }

    private static float[] joined(Function<String, float[]> values, Collection<String> paths) {
        float[] joined = {};
        for (String path : paths) {
            float[] part = values.apply(path);
            if (joined.length == 0) {
                joined = part;
            } else {
                int at = joined.length;
                joined = Arrays.copyOf(joined, at + part.length);
                System.arraycopy(part, 0, joined, at, part.length);
            }
        }
        return joined;
    }
}
