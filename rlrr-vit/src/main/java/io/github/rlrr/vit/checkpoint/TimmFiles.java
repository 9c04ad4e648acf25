package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Preprocessing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The {@code config.json} that {@link TimmConfig} reads, and timm. */
final class TimmFiles {

    /** By width, depth, heads and patch, what timm calls the published sizes. */
    private static final Map<VitConfig, String> ARCHITECTURES =
            Map.of(
                    VitConfig.VIT_TI_16, "vit_tiny_patch16_224",
                    VitConfig.VIT_S_16, "vit_small_patch16_224",
                    VitConfig.VIT_B_32, "vit_base_patch32_224",
                    VitConfig.VIT_B_16, "vit_base_patch16_224",
                    VitConfig.VIT_L_16, "vit_large_patch16_224",
                    VitConfig.VIT_H_14, "vit_huge_patch14_224");

    /** Whose arguments are all overridden for the sizes that timm has no name for. */
    private static final String ANY = "vit_base_patch16_224";

    /** The same with gated MLPs, which no argument asks for. */
    private static final String GATED = "vit_giant_patch14_dinov2";

    private TimmFiles() {}

    /** Whether timm's arguments can ask for a model. */
    static boolean canSay(VitConfig config) {
        Set<VitVariation> variations = config.variations();
        // Beside registers the class token has no position of its own there.
        boolean classTokenIsPlacedAlone =
                variations.contains(VitVariation.REGISTERS)
                        && !variations.contains(VitVariation.NO_CLASS_TOKEN)
                        && !variations.contains(VitVariation.PATCH_POSITIONS)
                        && !variations.contains(VitVariation.REGISTER_POSITIONS);
        return !EvaFiles.isOne(config)
                && !classTokenIsPlacedAlone
                && !variations.contains(VitVariation.CLASS_AND_AVERAGE_POOLING)
                && variations.contains(VitVariation.NO_PATCH_BIAS)
                        == variations.contains(VitVariation.PRE_NORM);
    }

    static Map<String, Object> config(
            VitConfig config, Preprocessing preprocessing, List<String> classNames) {
        VitConfig standard =
                config.withImageSize(224, 224)
                        .withClasses(1000)
                        .withLayerNormEpsilon(1e-6f)
                        .withVariations(Set.of(), 0);
        boolean eva = EvaFiles.isOne(config);
        boolean gated = config.variations().contains(VitVariation.SWIGLU);
        String architecture = gated || eva ? null : ARCHITECTURES.get(standard);
        String other = eva ? EvaFiles.architecture(config) : gated ? GATED : ANY;
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("img_size", List.of(config.imageHeight(), config.imageWidth()));
        if (architecture == null) {
            arguments.put("patch_size", config.patchSize());
            arguments.put("embed_dim", config.width());
            arguments.put("depth", config.depth());
            arguments.put("num_heads", config.heads());
            int hidden = gated && !eva ? 2 * config.mlpWidth() : config.mlpWidth();
            arguments.put("mlp_ratio", ratio(hidden, config.width()));
        }
        arguments.putAll(eva ? EvaFiles.arguments(config) : arguments(config));
        return json(
                architecture != null ? architecture : other,
                config,
                arguments,
                arguments.getOrDefault("global_pool", "token").toString(),
                "head",
                config.layerNormEpsilon(),
                preprocessing,
                classNames);
    }

    /**
     * The configuration of any network.
     *
     * @param architecture timm's
     * @param config its sizes
     * @param arguments {@code model_args}
     * @param pooling {@code global_pool}
     * @param classifier the path of timm's head
     * @param epsilon of the norms
     */
    static Map<String, Object> json(
            String architecture,
            BackboneConfig config,
            Map<String, Object> arguments,
            String pooling,
            String classifier,
            float epsilon,
            Preprocessing preprocessing,
            List<String> classNames) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architecture", architecture);
        json.put("num_classes", config.classes());
        json.put(
                "num_features",
                config instanceof VitConfig vit ? vit.width() : config.embeddingWidth());
        json.put("global_pool", pooling);
        json.put("model_args", arguments);
        json.put("layer_norm_eps", CheckpointFolder.shortest(epsilon));
        ModelConfig.putSixteenBit(json, preprocessing);
        if (!classNames.isEmpty()) {
            json.put("label_names", classNames);
        }
        Map<String, Object> pretrained = new LinkedHashMap<>();
        pretrained.put(
                "input_size",
                List.of(BackboneConfig.CHANNELS, config.imageHeight(), config.imageWidth()));
        pretrained.put("fixed_input_size", true);
        pretrained.put(
                "interpolation", preprocessing.interpolation().name().toLowerCase(Locale.ROOT));
        pretrained.put("crop_pct", preprocessing.crop().fraction());
        pretrained.put("crop_mode", preprocessing.crop().mode().name().toLowerCase(Locale.ROOT));
        pretrained.put("mean", preprocessing.mean());
        pretrained.put("std", preprocessing.std());
        pretrained.put("num_classes", config.classes());
        pretrained.put("first_conv", "patch_embed.proj");
        pretrained.put("classifier", classifier);
        json.put("pretrained_cfg", pretrained);
        return json;
    }

    private static Map<String, Object> arguments(VitConfig config) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        if (config.variations().contains(VitVariation.SWIGLU)) {
            arguments.put("init_values", null);
        }
        for (TimmArgument argument : TimmLayout.ARGUMENTS) {
            argument.values()
                    .forEach(
                            (variation, value) -> {
                                if (config.variations().contains(variation)) {
                                    arguments.put(argument.key(), value);
                                }
                            });
        }
        if (config.registers() > 0) {
            arguments.put("reg_tokens", config.registers());
        }
        if (config.variations().contains(VitVariation.NORMED_AVERAGE_POOLING)) {
            arguments.put("global_pool", "avg");
            arguments.put("fc_norm", false);
        }
        return arguments;
    }

    /** A number whose product with {@code width}, rounded down, is {@code mlpWidth}. */
    static double ratio(int mlpWidth, int width) {
        double ratio = (double) mlpWidth / width;
        return (int) (width * ratio) == mlpWidth ? ratio : Math.nextUp(ratio);
    }
}
