package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.HalfWeights;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.part.NetworkParts;
import io.github.rlrr.vit.swin.SwinConfig;
import io.github.rlrr.vit.swin.SwinTransformer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network to measure: its geometry with random weights, since what an operation costs does not
 * depend on them.
 *
 * @param name as {@code --model} takes it, such as {@code vit-b16}
 * @param config the geometry
 */
public record BenchModel(String name, BackboneConfig config) {

    /** The geometry of the bundled model: 32×32, patch 4, width 128, 6 blocks, 4 heads. */
    private static final VitConfig BUNDLED = new VitConfig(32, 32, 4, 128, 6, 4, 512, 10, 1e-6f);

    /** DINOv2 ViT-B/14 at 224 pixels. */
    private static final VitConfig DINO =
            new VitConfig(224, 224, 14, 768, 12, 12, 3072, 1000, 1e-6f)
                    .withVariations(Set.of(VitVariation.LAYER_SCALE), 0);

    /** SigLIP ViT-B/16, which pools by attention. */
    private static final VitConfig SIGLIP =
            VitConfig.VIT_B_16.withVariations(
                    Set.of(VitVariation.NO_CLASS_TOKEN, VitVariation.ATTENTION_POOLING), 0);

    /** Swin-B with windows of 7. */
    private static final SwinConfig SWIN =
            new SwinConfig(
                    224,
                    224,
                    4,
                    128,
                    List.of(2, 2, 18, 2),
                    List.of(4, 8, 16, 32),
                    List.of(7, 7, 7, 7),
                    List.of(0, 0, 0, 0),
                    512,
                    1000,
                    1e-5f,
                    Set.of());

    private static final int SEED = 0;

    /**
     * Finds a model by its name: {@code vit-cifar10}, or a preset, whose last dash may be left out.
     *
     * @param name such as {@code vit-b16} or {@code vit-b-16}
     * @return the model
     * @throws IllegalArgumentException naming the models there are
     */
    public static BenchModel named(String name) {
        Map<String, BackboneConfig> models = models();
        String plain = dashless(name);
        BackboneConfig config = models.get(plain);
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

    private static Map<String, BackboneConfig> models() {
        Map<String, BackboneConfig> models = new LinkedHashMap<>();
        models.put("vit-cifar10", BUNDLED);
        VitConfig.presetNames().forEach(name -> models.put(dashless(name), VitConfig.named(name)));
        models.put("dinov2-b14", DINO);
        models.put("siglip-b16", SIGLIP);
        models.put("swin-b", SWIN);
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
        Map<String, NDArray> weights = new LinkedHashMap<>();
        if (config instanceof SwinConfig swin) {
            SwinConfig sized = swin.withClasses(classes);
            draw(sized.parts(), half, manager, weights);
            return SwinTransformer.of(sized, weights, manager);
        }
        VitConfig sized = ((VitConfig) config).withClasses(classes);
        draw(sized.parts(), half, manager, weights);
        return VisionTransformer.of(sized, weights, manager);
    }

    private static void draw(
            NetworkParts parts, boolean half, NDManager manager, Map<String, NDArray> weights) {
        parts.shapes()
                .forEach(
                        (path, shape) -> {
                            NDArray weight = drawn(path, shape, manager);
                            weights.put(path, half ? halved(path, weight) : weight);
                        });
    }

    /** What it is made of. */
    NetworkParts parts() {
        return config instanceof SwinConfig swin ? swin.parts() : ((VitConfig) config).parts();
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
        return new Shape(batch, BackboneConfig.CHANNELS, config.imageHeight(), config.imageWidth());
    }
}
