package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Rotary;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

    /** The same with layer norms of ε 1e-5, which no argument says. */
    private static final String ANY_OF_CLIP = "vit_base_patch16_clip_224";

    /** The same with gated MLPs, which no argument asks for. */
    private static final String GATED = "vit_giant_patch14_dinov2";

    /** The same with the gate's own matrix, RMS norms and a norm of patches. */
    private static final String GATED_APART = "aimv2_large_patch14_224";

    private static final String PARALLEL = "vit_pwee_patch16_reg1_gap_256";

    private static final String DIFFERENTIAL_PARALLEL = "vit_dpwee_patch16_reg1_gap_256";

    private static final String DISTILLED = "deit_base_distilled_patch16_224";

    private TimmFiles() {}

    /** Whether a gate has a matrix of its own, which no argument asks for. */
    static boolean isGatedApart(VitConfig config) {
        return config.variations().contains(VitVariation.GATE_APART);
    }

    /** Whether timm's arguments can ask for a model. */
    static boolean canSay(VitConfig config) {
        Set<VitVariation> variations = config.variations();
        // Beside registers the class token has no position of its own there.
        boolean classTokenIsPlacedAlone =
                variations.contains(VitVariation.REGISTERS)
                        && !variations.contains(VitVariation.NO_CLASS_TOKEN)
                        && !variations.contains(VitVariation.PATCH_POSITIONS)
                        && !variations.contains(VitVariation.REGISTER_POSITIONS);
        Set<VitVariation> undistilled =
                EnumSet.of(
                        VitVariation.NO_CLASS_TOKEN,
                        VitVariation.PATCH_POSITIONS,
                        VitVariation.SWIGLU,
                        VitVariation.AVERAGE_POOLING,
                        VitVariation.NORMED_AVERAGE_POOLING,
                        VitVariation.ATTENTION_POOLING);
        return !EvaFiles.isOne(config)
                && !BeitFiles.isOne(config)
                && (!ParallelBlocks.isOf(config) || ofParallel(variations))
                && (!DistilledHead.isOf(config)
                        || variations.stream().noneMatch(undistilled::contains))
                && !classTokenIsPlacedAlone
                && !variations.contains(VitVariation.CLASS_AND_AVERAGE_POOLING)
                && (!variations.contains(VitVariation.PATCH_NORM)
                        || variations.contains(VitVariation.RMS_NORM))
                && variations.contains(VitVariation.NO_PATCH_BIAS)
                        == variations.contains(VitVariation.PRE_NORM);
    }

    /** Whether timm's parallel blocks have all of these. */
    private static boolean ofParallel(Set<VitVariation> variations) {
        return EnumSet.of(
                        VitVariation.PARALLEL,
                        VitVariation.DIFFERENTIAL_ATTENTION,
                        VitVariation.LAYER_SCALE,
                        VitVariation.NO_CLASS_TOKEN,
                        VitVariation.REGISTERS,
                        VitVariation.REGISTER_POSITIONS,
                        VitVariation.PATCH_POSITIONS,
                        VitVariation.AVERAGE_POOLING,
                        VitVariation.NORMED_AVERAGE_POOLING,
                        VitVariation.TANH_GELU,
                        VitVariation.QUICK_GELU)
                .containsAll(variations);
    }

    /** By the name of which a model is written. */
    static String architecture(VitConfig config) {
        if (EvaFiles.isOne(config)) {
            return EvaFiles.architecture(config);
        }
        if (BeitFiles.isOne(config)) {
            return BeitFiles.ARCHITECTURE;
        }
        Set<VitVariation> variations = config.variations();
        if (isGatedApart(config)) {
            return GATED_APART;
        }
        if (DistilledHead.isOf(config)) {
            return DISTILLED;
        }
        if (ParallelBlocks.isOf(config)) {
            return variations.contains(VitVariation.DIFFERENTIAL_ATTENTION)
                    ? DIFFERENTIAL_PARALLEL
                    : PARALLEL;
        }
        if (variations.contains(VitVariation.SWIGLU)) {
            return GATED;
        }
        boolean other =
                config.layerNormEpsilon() == 1e-5f && !variations.contains(VitVariation.RMS_NORM);
        return other ? ANY_OF_CLIP : ARCHITECTURES.getOrDefault(standard(config), ANY);
    }

    /** The ε that timm's model of it has. */
    static float epsilon(VitConfig config) {
        return Objects.requireNonNull(TimmArchitecture.of(architecture(config))).epsilon();
    }

    /** A plain one of its size, as there are names for. */
    private static VitConfig standard(VitConfig config) {
        return config.withImageSize(224, 224)
                .withClasses(1000)
                .withLayerNormEpsilon(1e-6f)
                .withVariations(Set.of(), 0);
    }

    static Map<String, Object> config(
            VitConfig config, Preprocessing preprocessing, List<String> classNames) {
        boolean eva = EvaFiles.isOne(config);
        boolean gated = config.variations().contains(VitVariation.SWIGLU);
        String base = architecture(config);
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("img_size", List.of(config.imageHeight(), config.imageWidth()));
        if (!ARCHITECTURES.getOrDefault(standard(config), "").equals(base)) {
            arguments.put("patch_size", config.patchSize());
            arguments.put("embed_dim", config.width());
            arguments.put("depth", config.depth());
            arguments.put("num_heads", config.heads());
            int hidden =
                    gated && !eva && !isGatedApart(config)
                            ? 2 * config.mlpWidth()
                            : config.mlpWidth();
            arguments.put("mlp_ratio", ratio(hidden, config.width()));
        }
        arguments.putAll(
                eva
                        ? EvaFiles.arguments(config)
                        : BeitFiles.isOne(config)
                                ? BeitFiles.arguments(config)
                                : arguments(config, base));
        Map<String, Object> json =
                json(
                        base,
                        config,
                        arguments,
                        pooling(config),
                        DistilledHead.isOf(config) ? DistilledHead.CLASSIFIERS : "head",
                        config.layerNormEpsilon(),
                        preprocessing,
                        classNames);
        Rotary rotary = config.rotary();
        if (rotary != null && rotary.kind() == Rotary.Kind.CENTRED_BFLOAT16) {
            json.put(EvaRotation.PERIODS, "bfloat16");
        }
        if (eva && config.variations().contains(VitVariation.PREFIX_POOLING)) {
            json.put(TimmLayout.PREFIX_POOLING, true); // no argument there, it does nothing else
        }
        return json;
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
            Object pooling,
            Object classifier,
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

    /** timm's word for what the head sees. */
    private static String pooling(VitConfig config) {
        Set<VitVariation> has = config.variations();
        boolean mean =
                has.contains(VitVariation.AVERAGE_POOLING)
                        || has.contains(VitVariation.NORMED_AVERAGE_POOLING);
        return mean ? "avg" : has.contains(VitVariation.ATTENTION_POOLING) ? "map" : "token";
    }

    /** What makes the model of an architecture. */
    private static Map<String, Object> arguments(VitConfig config, String architecture) {
        Set<VitVariation> before =
                Objects.requireNonNull(TimmArchitecture.of(architecture)).variations();
        Set<VitVariation> after = config.variations();
        Map<String, Object> arguments = new LinkedHashMap<>();
        for (TimmArgument argument : TimmLayout.ARGUMENTS) {
            argument.values()
                    .forEach(
                            (variation, value) -> {
                                if (after.contains(variation) && !before.contains(variation)) {
                                    arguments.put(argument.key(), value);
                                } else if (before.contains(variation)
                                        && !after.contains(variation)) {
                                    arguments.putIfAbsent(argument.key(), argument.value(false));
                                }
                            });
        }
        if (config.registers() > 0 && !DistilledHead.isOf(config)) {
            arguments.put("reg_tokens", config.registers());
            arguments.put("no_embed_class", !after.contains(VitVariation.REGISTER_POSITIONS));
        }
        boolean normed = after.contains(VitVariation.NORMED_AVERAGE_POOLING);
        if (normed || before.contains(VitVariation.NORMED_AVERAGE_POOLING)) {
            arguments.put("global_pool", pooling(config));
            arguments.put("fc_norm", after.contains(VitVariation.AVERAGE_POOLING));
        }
        return arguments;
    }

    /** A number whose product with {@code width}, rounded down, is {@code mlpWidth}. */
    static double ratio(int mlpWidth, int width) {
        double ratio = (double) mlpWidth / width;
        return (int) (width * ratio) == mlpWidth ? ratio : Math.nextUp(ratio);
    }
}
