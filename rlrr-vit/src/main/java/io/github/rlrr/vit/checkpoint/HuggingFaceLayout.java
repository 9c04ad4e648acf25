package io.github.rlrr.vit.checkpoint;

import static io.github.rlrr.vit.VitVariation.CLASS_AND_AVERAGE_POOLING;
import static io.github.rlrr.vit.VitVariation.LAYER_SCALE;
import static io.github.rlrr.vit.VitVariation.NO_QKV_BIAS;
import static io.github.rlrr.vit.VitVariation.REGISTERS;
import static io.github.rlrr.vit.VitVariation.SWIGLU;

import io.github.rlrr.vit.VitVariation;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Hugging Face's {@code ViTModel} and {@code Dinov2Model}, with and without registers, and their
 * classifiers, with or without the prefix {@code vit.}, {@code dinov2.} or {@code
 * dinov2_with_registers.}. Each knows its tensors in one way; DINOv2's gated MLPs have names of
 * their own, and Transformers 5 renames attention's layers in memory.
 */
final class HuggingFaceLayout {

    /** {@code ViTModel}, whose layer norms have ε = 1e-12. */
    private static final CheckpointLayout VIT =
            new CheckpointLayout(
                    "Hugging Face",
                    List.of("vit.", ""),
                    // The pooler of the pretrained ViTModel, which classifiers do not use.
                    Pattern.compile("(vit\\.)?pooler\\..*"),
                    1e-12f,
                    PositionEmbedding.Rule.CUBIC,
                    false,
                    config -> Set.of(NO_QKV_BIAS).containsAll(config.variations()),
                    new NameTable(
                            """
                            cls_token              vit.embeddings.cls_token
                            pos_embed              vit.embeddings.position_embeddings
                            patch_embed.proj.~     vit.embeddings.patch_embeddings.projection.~
                            blocks.*.norm1.gamma   vit.encoder.layer.*.layernorm_before.weight
                            blocks.*.norm1.beta    vit.encoder.layer.*.layernorm_before.bias
                            blocks.*.attn.query.~  vit.encoder.layer.*.attention.attention.query.~
                            blocks.*.attn.key.~    vit.encoder.layer.*.attention.attention.key.~
                            blocks.*.attn.value.~  vit.encoder.layer.*.attention.attention.value.~
                            blocks.*.attn.out.~    vit.encoder.layer.*.attention.output.dense.~
                            blocks.*.norm2.gamma   vit.encoder.layer.*.layernorm_after.weight
                            blocks.*.norm2.beta    vit.encoder.layer.*.layernorm_after.bias
                            blocks.*.mlp.fc1.~     vit.encoder.layer.*.intermediate.dense.~
                            blocks.*.mlp.fc2.~     vit.encoder.layer.*.output.dense.~
                            norm.gamma             vit.layernorm.weight
                            norm.beta              vit.layernorm.bias
                            head.~                 classifier.~
                            """));

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
                    VIT,
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
