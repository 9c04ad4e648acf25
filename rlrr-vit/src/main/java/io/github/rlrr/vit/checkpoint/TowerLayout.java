package io.github.rlrr.vit.checkpoint;

import static io.github.rlrr.vit.VitVariation.ATTENTION_POOLING;
import static io.github.rlrr.vit.VitVariation.NORMED_AVERAGE_POOLING;
import static io.github.rlrr.vit.VitVariation.NO_CLASS_TOKEN;
import static io.github.rlrr.vit.VitVariation.NO_FINAL_NORM;
import static io.github.rlrr.vit.VitVariation.NO_PATCH_BIAS;
import static io.github.rlrr.vit.VitVariation.PRE_NORM;
import static io.github.rlrr.vit.VitVariation.QUICK_GELU;
import static io.github.rlrr.vit.VitVariation.TANH_GELU;

import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Manner;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The image towers of Hugging Face's CLIP and SigLIP, alone or in the whole model, and its
 * classifiers on them. A tower alone gives what the whole model takes, the class token or what
 * pooled by attention; the classifiers take the mean of patches, CLIP's before its last norm.
 */
final class TowerLayout {

    static final String CLIP = "Hugging Face CLIP";
    static final String SIGLIP = "Hugging Face SigLIP";

    private static final String PREFIX = "vision_model.";

    private static final String BLOCKS =
            """
            pos_embed               vision_model.embeddings.position_embedding.weight  1pd<-pd
            patch_embed.proj.~      vision_model.embeddings.patch_embedding.~
            blocks.*.norm*.gamma    vision_model.encoder.layers.*.layer_norm*.weight
            blocks.*.norm*.beta     vision_model.encoder.layers.*.layer_norm*.bias
            blocks.*.attn.query.~   vision_model.encoder.layers.*.self_attn.q_proj.~
            blocks.*.attn.key.~     vision_model.encoder.layers.*.self_attn.k_proj.~
            blocks.*.attn.value.~   vision_model.encoder.layers.*.self_attn.v_proj.~
            blocks.*.attn.out.~     vision_model.encoder.layers.*.self_attn.out_proj.~
            blocks.*.mlp.fc*.~      vision_model.encoder.layers.*.mlp.fc*.~
            """;

    private static final String NORM =
            """
            norm.gamma              vision_model.post_layernorm.weight
            norm.beta               vision_model.post_layernorm.bias
            """;

    private static final String BEFORE =
            """
            cls_token               vision_model.embeddings.class_embedding  11d<-d
            norm_pre.gamma          vision_model.pre_layrnorm.weight
            norm_pre.beta           vision_model.pre_layrnorm.bias
            """;

    private static final String POOLING =
            """
            attn_pool.latent.token  vision_model.head.probe
            attn_pool.attn.query.~  vision_model.head.attention.in_proj_~   1/3
            attn_pool.attn.key.~    vision_model.head.attention.in_proj_~   2/3
            attn_pool.attn.value.~  vision_model.head.attention.in_proj_~   3/3
            attn_pool.attn.out.~    vision_model.head.attention.out_proj.~
            attn_pool.norm.gamma    vision_model.head.layernorm.weight
            attn_pool.norm.beta     vision_model.head.layernorm.bias
            attn_pool.mlp.fc*.~     vision_model.head.mlp.fc*.~
            """;

    private static final String HEAD = "head.~  classifier.~\n";

    private static final String PROJECTION = "head.weight  visual_projection.weight\n";

    private static final Set<VitVariation> CLIPS = EnumSet.of(PRE_NORM, NO_PATCH_BIAS);
    private static final Set<VitVariation> RAW_MEAN =
            EnumSet.of(NO_FINAL_NORM, NORMED_AVERAGE_POOLING);

    /** What only {@code config.json} says. */
    private static final Manner TOLD = Manner.PLAIN.needing("which GELU its MLPs have");

    private static final String CLASS_TOKEN = "embeddings.class_embedding";
    private static final String CLASSIFIER = "classifier.weight";

    static final List<CheckpointLayout> ALL =
            List.of(
                    layout(
                            CLIP,
                            1e-5f,
                            is(CLIPS),
                            BLOCKS + BEFORE + NORM + PROJECTION,
                            TOLD.knownBy(CLASS_TOKEN)),
                    layout(
                            CLIP,
                            1e-5f,
                            is(union(CLIPS, RAW_MEAN)),
                            BLOCKS + BEFORE + unused(NORM) + HEAD,
                            TOLD.knownBy(CLASS_TOKEN, CLASSIFIER)
                                    .with(RAW_MEAN)
                                    .without("vision_model.post_layernorm")),
                    layout(
                            SIGLIP,
                            1e-6f,
                            is(EnumSet.of(NO_CLASS_TOKEN, ATTENTION_POOLING)),
                            BLOCKS + NORM + POOLING,
                            TOLD),
                    layout(
                            SIGLIP,
                            1e-6f,
                            is(EnumSet.of(NO_CLASS_TOKEN, NORMED_AVERAGE_POOLING)),
                            BLOCKS + NORM + unused(POOLING) + HEAD,
                            TOLD.knownBy(CLASSIFIER)));

    private TowerLayout() {}

    /** Whether a model is one of CLIP's, rather than SigLIP's. */
    static boolean isClip(VitConfig config) {
        return config.variations().contains(PRE_NORM);
    }

    /** Whether a model is one of these classifiers. */
    static boolean isOne(VitConfig config) {
        return ALL.stream().anyMatch(table -> table.models().test(config));
    }

    private static CheckpointLayout layout(
            String label, float epsilon, Predicate<VitConfig> models, String rows, Manner manner) {
        return new CheckpointLayout(
                label,
                List.of(PREFIX, ""),
                Pattern.compile("logit_(scale|bias)"),
                epsilon,
                PositionEmbedding.Rule.CUBIC,
                false,
                models,
                new NameTable(rows),
                manner);
    }

    /** Models of these variations, whatever GELU they have. */
    private static Predicate<VitConfig> is(Set<VitVariation> variations) {
        return config -> {
            Set<VitVariation> found = EnumSet.noneOf(VitVariation.class);
            found.addAll(config.variations());
            found.removeAll(EnumSet.of(QUICK_GELU, TANH_GELU));
            return found.equals(variations) && config.rotary() == null;
        };
    }

    private static Set<VitVariation> union(Set<VitVariation> some, Set<VitVariation> others) {
        Set<VitVariation> all = EnumSet.copyOf(some);
        all.addAll(others);
        return all;
    }

    /** The same tensors, of which nothing is read. */
    private static String unused(String rows) {
        return rows.replaceAll("(?m)^\\S+", "-").replaceAll("(?m) +\\d/\\d$", "");
    }
}
