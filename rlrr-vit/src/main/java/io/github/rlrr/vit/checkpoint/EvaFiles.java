package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.PoolingSize;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of timm's class {@code Eva}, which has what its {@code VisionTransformer} lacks:
 * rotations, a gate with a matrix of its own, norms after the branches, no bias of keys.
 */
final class EvaFiles {

    /** Those that the other class does not have, with their value in a plain one. */
    static final List<TimmArgument> ARGUMENTS =
            TimmArgument.table(
                    """
                    num_reg_tokens            0      REGISTERS       1
                    use_abs_pos_emb           true   NO_POSITIONS    false
                    use_pre_transformer_norm  false  PRE_NORM        true  NO_PATCH_BIAS  true
                    use_post_norm             false  POST_NORM       true
                    scale_attn_inner          false  ATTENTION_NORM  true
                    scale_mlp                 false  MLP_NORM        true
                    swiglu_mlp                false  SWIGLU          true
                    attn_only_layer_scale     false
                    num_kv_heads              -
                    rope_mrope_section        -
                    """);

    /** The argument for the heads of a pooling by attention, null for the blocks'. */
    static final String POOLING_HEADS = "attn_pool_num_heads";

    /** Whether there is a norm after the pooling, and whether after the last block. */
    static final String POOLED_NORM = "use_fc_norm";

    static final String FINAL_NORM = "use_post_transformer_norm";

    /** What is never without a trace of this class. */
    private static final Set<VitVariation> ITS_OWN =
            EnumSet.of(
                    VitVariation.NO_POSITIONS,
                    VitVariation.NO_KEY_BIAS,
                    VitVariation.GATE_APART,
                    VitVariation.POST_NORM);

    private static final Set<VitVariation> UNKNOWN =
            EnumSet.of(
                    VitVariation.TANH_GELU,
                    VitVariation.QUICK_GELU,
                    VitVariation.RMS_NORM,
                    VitVariation.DIFFERENTIAL_ATTENTION,
                    VitVariation.RELATIVE_POSITIONS,
                    VitVariation.PATCH_NORM,
                    VitVariation.NO_PROJECTION_BIAS,
                    VitVariation.CLASS_AND_AVERAGE_POOLING);

    private static final String USUAL = "vit_base_patch16_rope_224";

    /** By ε, which no argument says, architectures of which all arguments can be said anew. */
    private static final Map<Float, String> ARCHITECTURES =
            Map.of(1e-5f, "vit_base_patch16_dinov3", 1e-6f, USUAL);

    private EvaFiles() {}

    /** Whether timm has a model in this class alone. */
    static boolean isOne(VitConfig config) {
        return config.rotary() != null
                || (!BeitFiles.isOne(config)
                        && !config.variations().contains(VitVariation.RMS_NORM)
                        && config.variations().stream().anyMatch(ITS_OWN::contains));
    }

    /** Whether timm's arguments can ask for a model of this class. */
    static boolean canSay(VitConfig config) {
        Set<VitVariation> has = config.variations();
        boolean placedOtherwise =
                config.registers() > 0
                        && !has.contains(VitVariation.NO_POSITIONS)
                        && !has.contains(VitVariation.PATCH_POSITIONS)
                        && !has.contains(VitVariation.REGISTER_POSITIONS);
        boolean normsApart =
                has.contains(VitVariation.SWIGLU)
                        && has.contains(VitVariation.MLP_NORM)
                        && !has.contains(VitVariation.GATE_APART);
        boolean scaledAfter =
                has.contains(VitVariation.POST_NORM)
                        && (has.contains(VitVariation.LAYER_SCALE)
                                || has.contains(VitVariation.QUERY_KEY_NORM));
        boolean pooledOtherwise =
                has.contains(VitVariation.ATTENTION_POOLING)
                        && config.prefixTokens() > 0
                        && !has.contains(VitVariation.PREFIX_POOLING);
        return isOne(config)
                && has.stream().noneMatch(UNKNOWN::contains)
                && has.contains(VitVariation.NO_PATCH_BIAS) == has.contains(VitVariation.PRE_NORM)
                && !placedOtherwise
                && !normsApart
                && !scaledAfter
                && !pooledOtherwise;
    }

    /** Whether keys have no bias, be it that queries and values have none either. */
    static boolean hasNoKeyBias(VitConfig config) {
        return config.variations().contains(VitVariation.NO_KEY_BIAS)
                || config.variations().contains(VitVariation.NO_QKV_BIAS);
    }

    /** As all architectures of timm have queries, keys and values apart, and no other. */
    static boolean hasThreeMatrices(VitConfig config) {
        return config.variations().contains(VitVariation.GATE_APART)
                && config.variations().contains(VitVariation.MLP_NORM);
    }

    static String architecture(VitConfig config) {
        return ARCHITECTURES.getOrDefault(config.layerNormEpsilon(), USUAL);
    }

    /** All arguments, whatever the architecture has. */
    static Map<String, Object> arguments(VitConfig config) {
        Set<VitVariation> has = config.variations();
        Map<String, Object> arguments = new LinkedHashMap<>();
        for (TimmArgument argument : ARGUMENTS) {
            argument.values()
                    .forEach(
                            (variation, value) ->
                                    arguments.put(
                                            argument.key(),
                                            argument.value(has.contains(variation))));
        }
        arguments.putAll(EvaRotation.arguments(config.rotary()));
        // Or else an architecture's positions for other image sizes.
        arguments.put("dynamic_img_size", false);
        arguments.put("num_reg_tokens", config.registers());
        arguments.put("class_token", !has.contains(VitVariation.NO_CLASS_TOKEN));
        arguments.put("no_embed_class", has.contains(VitVariation.PATCH_POSITIONS));
        arguments.put("attn_type", hasNoKeyBias(config) ? "eva" : "rope");
        arguments.put("qkv_fused", !hasThreeMatrices(config));
        arguments.put("qkv_bias", !has.contains(VitVariation.NO_QKV_BIAS));
        arguments.put("qk_norm", has.contains(VitVariation.QUERY_KEY_NORM));
        arguments.put("swiglu_align_to", has.contains(VitVariation.GATE_APART) ? 1 : 0);
        arguments.put("init_values", has.contains(VitVariation.LAYER_SCALE) ? 1e-5 : null);
        PoolingSize pooling = config.pooling();
        arguments.put(POOLING_HEADS, pooling == null ? null : pooling.heads());
        arguments.put(
                "attn_pool_mlp_ratio",
                pooling == null ? null : TimmFiles.ratio(pooling.mlpWidth(), config.width()));
        boolean attends = has.contains(VitVariation.ATTENTION_POOLING);
        boolean fcNorm = has.contains(VitVariation.AVERAGE_POOLING);
        boolean mean = fcNorm || has.contains(VitVariation.NORMED_AVERAGE_POOLING);
        arguments.put("global_pool", attends ? "map" : mean ? "avg" : "token");
        arguments.put(POOLED_NORM, fcNorm);
        arguments.put(FINAL_NORM, !fcNorm && !has.contains(VitVariation.NO_FINAL_NORM));
        return arguments;
    }
}
