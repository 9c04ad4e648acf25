package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * DeiT's two heads, (classes, D) each, as our one, (classes, 2·D): the weights side by side, the
 * mean of the biases. In evaluation DeiT answers with the mean of both heads' logits, and ours sees
 * half of each token, so the logits and the gradients of the weights are the same. Written back,
 * both heads have the one bias.
 *
 * <p>Source: Touvron et al., Training data-efficient image transformers &amp; distillation through
 * attention, ICML 2021.
 */
final class DistilledHead {

    /** Their names in timm, which is written. */
    static final List<String> CLASSIFIERS = List.of("head", "head_dist");

    /** Theirs and Hugging Face's, by the end of the distillation token's name. */
    private static final Map<String, List<String>> ALL =
            Map.of(
                    "dist_token",
                    CLASSIFIERS,
                    "distillation_token",
                    List.of("cls_classifier", "distillation_classifier"));

    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private DistilledHead() {}

    /** Whether a model has such. */
    static boolean isOf(VitConfig config) {
        return config.variations().contains(VitVariation.DISTILLATION);
    }

    /**
     * Makes one head of two in a list of tensors; others are left as they are.
     *
     * @return whether there were two
     * @throws IOException when one of both is missing, or they do not match
     */
    static boolean join(Path file, Map<String, TensorInfo> tensors) throws IOException {
        for (String token : List.copyOf(tensors.keySet())) {
            List<String> heads =
                    ALL.getOrDefault(token.substring(token.lastIndexOf('.') + 1), List.of());
            if (heads.stream().anyMatch(name -> tensors.containsKey(name + WEIGHT))) {
                join(file, tensors, token, heads.get(0), heads.get(1));
                return true;
            }
        }
        return false;
    }

    private static void join(
            Path file, Map<String, TensorInfo> tensors, String token, String first, String second)
            throws IOException {
        for (String name : List.of(first, second)) {
            for (String part : List.of(WEIGHT, BIAS)) {
                if (!tensors.containsKey(name + part)) {
                    throw new IOException(
                            "%s: %s is missing beside %s; DeiT's distilled models have two heads"
                                    .formatted(file, name + part, token));
                }
            }
        }
        same(file, tensors, first + WEIGHT, second + WEIGHT);
        same(file, tensors, first + BIAS, second + BIAS);
        TensorInfo weight = Objects.requireNonNull(tensors.get(first + WEIGHT));
        Shape shape = weight.shape();
        if (shape.dimension() == 2) {
            Shape both = new Shape(shape.get(0), 2 * shape.get(1));
            tensors.put(weight.name(), new TensorInfo(weight.name(), weight.type(), both));
        }
        tensors.remove(second + WEIGHT);
        tensors.remove(second + BIAS);
    }

    private static void same(Path file, Map<String, TensorInfo> tensors, String one, String other)
            throws IOException {
        Shape first = Objects.requireNonNull(tensors.get(one)).shape();
        Shape second = Objects.requireNonNull(tensors.get(other)).shape();
        if (!first.equals(second)) {
            throw new IOException(
                    "%s: %s has shape %s, but %s has %s; expected two heads of one shape"
                            .formatted(file, one, first, other, second));
        }
    }

    /** The second of two tensors that are one of ours; empty for all others. */
    static String other(String name) {
        for (List<String> heads : ALL.values()) {
            for (String part : List.of(WEIGHT, BIAS)) {
                if (name.equals(heads.get(0) + part)) {
                    return heads.get(1) + part;
                }
            }
        }
        return "";
    }

    /** Our tensor of the values of both. */
    static float[] joined(String name, float[] first, float[] second, int classes) {
        if (name.endsWith(BIAS)) {
            float[] mean = new float[first.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (first[i] + second[i]) / 2;
            }
            return mean;
        }
        int width = first.length / classes;
        float[] both = new float[2 * first.length];
        for (int row = 0; row < classes; row++) {
            System.arraycopy(first, row * width, both, 2 * row * width, width);
            System.arraycopy(second, row * width, both, (2 * row + 1) * width, width);
        }
        return both;
    }

    /** Makes two heads of one. */
    static void split(Map<String, NDArray> arrays) {
        String first = CLASSIFIERS.get(0);
        String second = CLASSIFIERS.get(1);
        NDList halves = Objects.requireNonNull(arrays.get(first + WEIGHT)).split(2, 1);
        arrays.put(first + WEIGHT, halves.get(0));
        arrays.put(second + WEIGHT, halves.get(1));
        arrays.put(second + BIAS, Objects.requireNonNull(arrays.get(first + BIAS)).duplicate());
    }
}
