package io.github.rlrr.vit;

import io.github.rlrr.vit.part.Rotary;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a Vision Transformer may have, or lack, unlike the plain one. */
public enum VitVariation {
    /** A factor for each number that a branch of an encoder block adds: LayerScale. */
    LAYER_SCALE("blocks.0.ls1.gamma", true),

    /** Beside {@link #LAYER_SCALE}: that of the MLP's branch is missing. */
    ATTENTION_SCALE(null, true),

    /** No class token. */
    NO_CLASS_TOKEN("cls_token", false),

    /** Tokens without a place, after the class token: {@link VitConfig#registers} of them. */
    REGISTERS("reg_token", true),

    /** Positions of registers, too. */
    REGISTER_POSITIONS(null, true),

    /**
     * The only register is a distillation token, as in DeiT: the head sees half of it behind half
     * of the class token, and so is the mean of DeiT's two heads.
     */
    DISTILLATION("dist_token", true),

    /** Positions of patches alone: the class token has none. */
    PATCH_POSITIONS(null, true),

    /** No norm after the last block. */
    NO_FINAL_NORM(null, true),

    /** No table of positions at all. */
    NO_POSITIONS("pos_embed", false),

    /** Attention adds a learned number for the places of two patches to each other, as in BEiT. */
    RELATIVE_POSITIONS("blocks.0.attn.relative_position.table", true),

    /** Attention is the difference of two softmaxes. */
    DIFFERENTIAL_ATTENTION("blocks.0.attn.lambda_q1.values", true),

    /** Attention and MLP see the same normed tokens, and are added together. */
    PARALLEL("blocks.0.in_proj", true),

    /** RMS norms in place of layer norms: they have no bias. */
    RMS_NORM(null, true),

    /** A norm of patches before positions are added. */
    PATCH_NORM("patch_embed.norm.gamma", true),

    /** A norm of all tokens before the first block, as in CLIP. */
    PRE_NORM("norm_pre.gamma", true),

    /** Norms of queries and keys. */
    QUERY_KEY_NORM("blocks.0.attn.q_norm.gamma", true),

    /** No biases of queries, keys and values. */
    NO_QKV_BIAS("blocks.0.attn.query.bias", false),

    /** No bias of keys beside those of queries and values. */
    NO_KEY_BIAS("blocks.0.attn.key.bias", false),

    /** No biases of attention's last layer and of MLPs. */
    NO_PROJECTION_BIAS("blocks.0.attn.out.bias", false),

    /** A norm of what all heads found, before attention's last layer. */
    ATTENTION_NORM("blocks.0.attn.norm.gamma", true),

    /** A norm of an MLP's hidden numbers, before its last layer. */
    MLP_NORM("blocks.0.mlp.norm.gamma", true),

    /** Norms after attention and MLP, before their results are added, in place of before both. */
    POST_NORM(null, true),

    /** No bias of the projection of patches. */
    NO_PATCH_BIAS("patch_embed.proj.bias", false),

    /** Gated MLPs with SiLU: SwiGLU. */
    SWIGLU(null, true),

    /** Beside {@link #SWIGLU}: the gate has a matrix of its own. */
    GATE_APART("blocks.0.mlp.fc1_g.weight", true),

    /** GELU by its approximation with tanh. */
    TANH_GELU(null, true),

    /** GELU as OpenAI's CLIP has it, x·σ(1.702·x). */
    QUICK_GELU(null, true),

    /**
     * The head sees the norm of the mean of all patches, in place of the class token after the norm
     * of all.
     */
    AVERAGE_POOLING("fc_norm.gamma", true),

    /** The head sees the mean of all patches after the norm of all, if there is one. */
    NORMED_AVERAGE_POOLING(null, true),

    /** The head sees one token that asks all patches after the norm of all, as in SigLIP. */
    ATTENTION_POOLING("attn_pool.latent.token", true),

    /** What pools patches, attention or mean, takes the tokens before them, too. */
    PREFIX_POOLING(null, true),

    /**
     * The head sees the class token and, behind it, the mean of all patches, after the norm of all.
     */
    CLASS_AND_AVERAGE_POOLING(null, true);

    private final @Nullable String sign;
    private final boolean present;

    VitVariation(@Nullable String sign, boolean present) {
        this.sign = sign;
        this.present = present;
    }

    /**
     * A parameter by which the variation is known.
     *
     * @return its path, in every model that has the variation and in no other; or, where it is
     *     something missing, the other way round; null where no parameter tells
     */
    public @Nullable String sign() {
        return sign;
    }

    /**
     * Whether a model with the {@link #sign} has the variation, rather than one without.
     *
     * @return false where the variation is something missing
     */
    public boolean present() {
        return present;
    }

    /**
     * Whether a file's tensors tell, by their names or shapes.
     *
     * @return false for what only a configuration can say
     */
    public boolean isShown() {
        return switch (this) {
            case NO_FINAL_NORM,
                    RMS_NORM,
                    POST_NORM,
                    TANH_GELU,
                    QUICK_GELU,
                    NORMED_AVERAGE_POOLING,
                    PREFIX_POOLING ->
                    false;
            default -> true;
        };
    }

    /** What of these does not go together. */
    static List<String> faults(
            Set<VitVariation> all, int registers, int headWidth, @Nullable Rotary rotary) {
        List<String> faults = new ArrayList<>();
        if (all.contains(RELATIVE_POSITIONS) && (registers > 0 || all.contains(NO_CLASS_TOKEN))) {
            faults.add("relative positions know patches and a class token, but there are others");
        }
        boolean placed =
                rotary != null
                        || all.contains(RELATIVE_POSITIONS)
                        || all.contains(QUERY_KEY_NORM)
                        || all.contains(ATTENTION_NORM);
        if (all.contains(DIFFERENTIAL_ATTENTION) && placed) {
            faults.add("differential attention has no norms or positions, but there are some");
        }
        if (all.contains(DIFFERENTIAL_ATTENTION) && headWidth % 2 != 0) {
            faults.add("the heads of differential attention have an odd width");
        }
        if (rotary != null && headWidth % 4 != 0) {
            faults.add("a head is " + headWidth + " wide, no multiple of 4, to be turned");
        }
        return faults;
    }
}
