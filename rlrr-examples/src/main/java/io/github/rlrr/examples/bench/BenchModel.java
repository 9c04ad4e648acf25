package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.HalfWeights;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Vision Transformer to measure: its geometry with random weights, since what an operation costs
 * does not depend on them.
 *
 * @param name as {@code --model} takes it, such as {@code vit-b16}
 * @param config the geometry
 */
public record BenchModel(String name, VitConfig config) {

    /** The geometry of the bundled model: 32×32, patch 4, width 128, 6 blocks, 4 heads. */
    private static final VitConfig BUNDLED = new VitConfig(32, 32, 4, 128, 6, 4, 512, 10, 1e-6f);

    private static final int SEED = 0;

    /**
     * Finds a model by its name: {@code vit-cifar10}, or a preset, whose last dash may be left out.
     *
     * @param name such as {@code vit-b16} or {@code vit-b-16}
     * @return the model
     * @throws IllegalArgumentException naming the models there are
     */
    public static BenchModel named(String name) {
        Map<String, VitConfig> models = models();
        String plain = dashless(name);
        VitConfig config = models.get(plain);
        if (config == null) {
            throw new IllegalArgumentException(
                    "--model \"" + name + "\" is unknown; there are " + names());
        }
        return new BenchModel(plain, config);
    }

    /**
     * The names there are.
     *
     * @return the bundled model's first, then the presets', smallest first
     */
    static List<String> names() {
        return new ArrayList<>(models().keySet());
    }

    private static Map<String, VitConfig> models() {
        Map<String, VitConfig> models = new LinkedHashMap<>();
        models.put("vit-cifar10", BUNDLED);
        VitConfig.presetNames().forEach(name -> models.put(dashless(name), VitConfig.named(name)));
        return models;
    }

    /** {@code vit-b-16} as {@code vit-b16}. */
    private static String dashless(String name) {
        return name.replaceFirst("-(\\d+)$", "$1");
    }

    /**
     * The model with weights drawn from a fixed seed: matrices and embeddings from N(0, 0.02²),
     * norms at 1, biases at 0.
     *
     * @param classes outputs of the head
     * @param half whether it holds {@link HalfWeights}; it never holds more than one of them in
     *     float32
     * @param manager owns the weights
     * @return the initialized model
     */
    Backbone random(int classes, boolean half, NDManager manager) {
        TorchRuntime.seed(SEED);
        VitConfig sized = config.withClasses(classes);
        Map<String, NDArray> weights = new LinkedHashMap<>();
        sized.parts()
                .shapes()
                .forEach(
                        (path, shape) -> {
                            NDArray weight = drawn(path, shape, manager);
                            weights.put(path, half ? halved(path, weight) : weight);
                        });
        return VisionTransformer.of(sized, weights, manager);
    }

    /** By the CPU, wherever the model is to lie: its generator is not a GPU's. */
    private static NDArray drawn(String path, Shape shape, NDManager manager) {
        if (shape.dimension() > 1) {
            try (NDManager cpu = manager.newSubManager(Device.cpu())) {
                NDArray drawn =
                        cpu.randomNormal(0, 0.02f, shape, DataType.FLOAT32)
                                .toDevice(manager.getDevice(), false);
                drawn.attach(manager);
                return drawn;
            }
        }
        return path.endsWith(".gamma") ? manager.ones(shape) : manager.zeros(shape);
    }

    private static NDArray halved(String path, NDArray weight) {
        try (weight) {
            return HalfWeights.of(path, weight);
        }
    }

    /** The shape of a batch of images. */
    Shape images(int batch) {
        return new Shape(batch, VitConfig.CHANNELS, config.imageHeight(), config.imageWidth());
    }
}
