package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.ModuleTree;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Arranges a model's weights as a layout's files have them: a layout's sources, read backwards. */
final class CheckpointWriter {

    private CheckpointWriter() {}

    static void write(VisionTransformer vit, CheckpointLayout layout, Path file, TensorType floats)
            throws IOException {
        Map<String, Parameter> parameters = ModuleTree.of(vit).parameters();
        Map<String, Source> sources = layout.sources(vit.config(), Map.of());
        Map<String, Map<Integer, float[]>> pieces = new LinkedHashMap<>();
        Map<String, Source> tensors = new LinkedHashMap<>();
        sources.forEach(
                (path, source) -> {
                    float[] values =
                            Objects.requireNonNull(parameters.get(path)).getArray().toFloatArray();
                    pieces.computeIfAbsent(source.tensor(), name -> new TreeMap<>())
                            .put(source.part(), values);
                    tensors.put(source.tensor(), source);
                });
        try (NDManager manager = NDManager.newBaseManager()) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            tensors.forEach(
                    (name, source) -> {
                        float[] values =
                                arranged(source, joined(Objects.requireNonNull(pieces.get(name))));
                        arrays.put(name, manager.create(values, source.fileShape()));
                    });
            Map<String, String> metadata =
                    Map.of("format", "pt", "heads", Integer.toString(vit.config().heads()));
            SafetensorsWriter.write(file, arrays, metadata, floats);
        }
    }

    private static float[] joined(Map<Integer, float[]> parts) {
        int size = parts.values().stream().mapToInt(part -> part.length).sum();
        float[] joined = new float[size];
        int at = 0;
        for (float[] part : parts.values()) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }

    private static float[] arranged(Source source, float[] ours) {
        int[] order = source.permutation();
        if (order == null) {
            return ours;
        }
        long[] permuted = new long[order.length];
        int[] inverse = new int[order.length];
        for (int k = 0; k < order.length; k++) {
            permuted[k] = source.fileShape().get(order[k]);
            inverse[order[k]] = k;
        }
        return VitCheckpoint.permute(ours, new Shape(permuted), inverse);
    }
}
