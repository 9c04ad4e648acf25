package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.io.ShortList;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.HalfWeights;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads parameters from their places in a file, once all names and shapes have been checked.
 *
 * @param reader the file
 * @param layout its names
 */
record SourceReader(TensorReader reader, Naming layout) {

    /** What becomes of a parameter's values before they are used. */
    interface Adjustment {
        float[] adjusted(String path, float[] values) throws IOException;
    }

    /**
     * Reads parameters.
     *
     * @param shapes of all, by path
     * @param sources where they are; one without is zero
     * @param adjustment of each
     * @param half holds those that {@link HalfWeights} names in float16
     * @param manager owns them
     */
    Map<String, NDArray> load(
            Map<String, Shape> shapes,
            Map<String, Source> sources,
            Adjustment adjustment,
            boolean half,
            NDManager manager)
            throws IOException {
        Map<String, NDArray> weights = new LinkedHashMap<>();
        // A tensor that holds several is read once.
        Map<String, List<String>> paths =
                shapes.keySet().stream()
                        .collect(
                                Collectors.groupingBy(
                                        path -> {
                                            Source source = sources.get(path);
                                            return source == null ? path : source.tensor();
                                        },
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        for (List<String> together : paths.values()) {
            float[] whole = {};
            for (String path : together) {
                Source source = sources.get(path);
                Shape shape = Objects.requireNonNull(shapes.get(path));
                float[] values = new float[Math.toIntExact(shape.size())];
                if (source != null) {
                    whole = whole.length == 0 ? read(source) : whole;
                    values = adjustment.adjusted(path, part(whole, source));
                }
                NDArray weight = manager.create(values, shape);
                weights.put(path, half ? halved(path, weight) : weight);
            }
        }
        return weights;
    }

    /** Frees the float32 array at once, so that the next one takes its place. */
    private NDArray halved(String path, NDArray weight) throws IOException {
        try (weight) {
            return HalfWeights.of(path, weight);
        } catch (IllegalArgumentException e) {
            throw new IOException(reader.file() + ": " + e.getMessage(), e);
        }
    }

    /** Refuses a file in which a tensor is missing, of another shape or unexpected. */
    void check(Map<String, Source> sources) throws IOException {
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

    /** All that a tensor holds, which lies there alike for each of its parameters. */
    private float[] read(Source source) throws IOException {
        float[] values = reader.readFloats(source.tensor());
        int[] permutation = source.permutation();
        return permutation == null ? values : Axes.permute(values, source.fileShape(), permutation);
    }

    private static float[] part(float[] whole, Source source) {
        if (source.parts() == 1) {
            return whole;
        }
        int length = whole.length / source.parts();
        return Arrays.copyOfRange(whole, source.part() * length, (source.part() + 1) * length);
    }
}
