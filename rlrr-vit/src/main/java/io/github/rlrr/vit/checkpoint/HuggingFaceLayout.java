package io.github.rlrr.vit.checkpoint;

import static io.github.rlrr.vit.VitVariation.CLASS_AND_AVERAGE_POOLING;
import static io.github.rlrr.vit.VitVariation.DISTILLATION;
import static io.github.rlrr.vit.VitVariation.LAYER_SCALE;
import static io.github.rlrr.vit.VitVariation.NO_QKV_BIAS;
import static io.github.rlrr.vit.VitVariation.REGISTERS;
import static io.github.rlrr.vit.VitVariation.REGISTER_POSITIONS;
import static io.github.rlrr.vit.VitVariation.SWIGLU;

import io.github.rlrr.vit.VitVariation;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Hugging Face's {@code ViTModel}, {@code DeiTModel} and {@code Dinov2Model}, with and without
 * registers, and their classifiers, with or without a prefix such as {@code vit.}. Each knows its
 * tensors in one way; DINOv2's gated MLPs have names of their own, and Transformers 5 renames
 * attention's layers in memory.
 */
final class HuggingFaceLayout {

    private static final String VIT =
            """
            cls_token              PREFIX.embeddings.cls_token
            pos_embed              PREFIX.embeddings.position_embeddings
            patch_embed.proj.~     PREFIX.embeddings.patch_embeddings.projection.~
            blocks.*.norm1.gamma   PREFIX.encoder.layer.*.layernorm_before.weight
            blocks.*.norm1.beta    PREFIX.encoder.layer.*.layernorm_before.bias
            blocks.*.attn.query.~  PREFIX.encoder.layer.*.attention.attention.query.~
            blocks.*.attn.key.~    PREFIX.encoder.layer.*.attention.attention.key.~
            blocks.*.attn.value.~  PREFIX.encoder.layer.*.attention.attention.value.~
            blocks.*.attn.out.~    PREFIX.encoder.layer.*.attention.output.dense.~
            blocks.*.norm2.gamma   PREFIX.encoder.layer.*.layernorm_after.weight
            blocks.*.norm2.beta    PREFIX.encoder.layer.*.layernorm_after.bias
            blocks.*.mlp.fc1.~     PREFIX.encoder.layer.*.intermediate.dense.~
            blocks.*.mlp.fc2.~     PREFIX.encoder.layer.*.output.dense.~
            norm.gamma             PREFIX.layernorm.weight
            norm.beta              PREFIX.layernorm.bias
            head.~                 classifier.~
            """;

    private static final String TOKEN = "reg_token  PREFIX.embeddings.distillation_token\n";

    /**
     * {@code DeiTModel} and its two classifiers, which are read and not written: one sees the class
     * token alone, {@code DeiTForImageClassificationWithTeacher} has two heads.
     */
    static final List<CheckpointLayout> DEIT =
            List.of(
                    vit("deit", Set.of(REGISTERS, REGISTER_POSITIONS), VIT + TOKEN),
                    vit(
                            "deit",
                            Set.of(REGISTERS, REGISTER_POSITIONS, DISTILLATION),
                            VIT.replace(" classifier", " cls_classifier")
                                    + TOKEN
                                    + TOKEN.replace("reg_token", "dist_token")));

    private static final String DINOV2 =
            """
            cls_token              PREFIX.embeddings.cls_token
            pos_embed              PREFIX.embeddings.position_embeddings
            reg_token              PREFIX.embeddings.register_tokens
            patch_embed.proj.~     PREFIX.embeddings.patch_embeddings.projection.~
            blocks.*.norm*.gamma   PREFIX.encoder.layer.*.norm*.weight
            blocks.*.norm*.beta    PREFIX.encoder.layer.*.norm*.bias
            blocks.*.attn.query.~  PREFIX.encoder.layer.*.attention.attention.query.~
            blocks.*.attn.key.~    PREFIX.encoder.layer.*.attention.attention.key.~
            blocks.*.attn.value.~  PREFIX.encoder.layer.*.attention.attention.value.~
            blocks.*.attn.out.~    PREFIX.encoder.layer.*.attention.output.dense.~
            blocks.*.ls*.gamma     PREFIX.encoder.layer.*.layer_scale*.lambda1
            blocks.*.mlp.fc1.~     PREFIX.encoder.layer.*.mlp.fc1.~
            blocks.*.mlp.fc2.~     PREFIX.encoder.layer.*.mlp.fc2.~
            norm.gamma             PREFIX.layernorm.weight
            norm.beta              PREFIX.layernorm.bias
            head.~                 classifier.~
            """;

    private static final List<CheckpointLayout> PLACED =
            List.of(
                    vit("vit", Set.of(), VIT),
                    dinov2(DINOV2, false, false),
                    dinov2(DINOV2, true, false),
                    dinov2(gated(DINOV2), false, true),
                    dinov2(gated(DINOV2), true, true),
                    dinov2(renamed(DINOV2), false, false),
                    dinov2(renamed(DINOV2), true, false),
                    dinov2(gated(renamed(DINOV2)), false, true),
                    dinov2(gated(renamed(DINOV2)), true, true));

    static final List<CheckpointLayout> ALL =
            Stream.of(PLACED, BeitLayout.ALL, DinoV3Layout.HUGGING_FACE_ALL, TowerLayout.ALL)
                    .flatMap(List::stream)
                    .toList();

    private HuggingFaceLayout() {}

    /** Those whose layer norms have ε = 1e-12. */
    private static CheckpointLayout vit(String prefix, Set<VitVariation> all, String rows) {
        Set<VitVariation> may = EnumSet.of(NO_QKV_BIAS);
        may.addAll(all);
        return new CheckpointLayout(
                "Hugging Face",
                List.of(prefix + ".", ""),
                // The pooler of the pretrained model, which classifiers do not use.
                Pattern.compile("(" + prefix + "\\.)?pooler\\..*"),
                1e-12f,
                PositionEmbedding.Rule.CUBIC,
                false,
                config ->
                        config.variations().containsAll(all)
                                && may.containsAll(config.variations()),
                new NameTable(rows.replace("PREFIX", prefix)));
    }

    private static CheckpointLayout dinov2(String rows, boolean registers, boolean gated) {
        Set<VitVariation> all = EnumSet.of(LAYER_SCALE, CLASS_AND_AVERAGE_POOLING);
        if (registers) {
            all.add(REGISTERS);
        }
        if (gated) {
            all.add(SWIGLU);
        }
        String prefix = registers ? "dinov2_with_registers" : "dinov2";
        return new CheckpointLayout(
                "Hugging Face DINOv2",
                List.of(prefix + ".", ""),
                Pattern.compile("(?!)"),
                1e-6f,
                registers ? PositionEmbedding.Rule.CUBIC_ANTIALIASED : PositionEmbedding.Rule.CUBIC,
                false,
                config -> config.variations().equals(all),
                new NameTable(rows.replace("PREFIX", prefix)));
    }

    private static String gated(String rows) {
        return rows.replace(".mlp.fc1.~\n", ".mlp.weights_in.~\n")
                .replace(".mlp.fc2.~\n", ".mlp.weights_out.~\n");
    }

    private static String renamed(String rows) {
        return rows.replace("attention.attention.query", "attention.q_proj")
                .replace("attention.attention.key", "attention.k_proj")
                .replace("attention.attention.value", "attention.v_proj")
                .replace("attention.output.dense", "attention.o_proj");
    }
}
