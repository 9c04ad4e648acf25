package io.github.rlrr.vit.checkpoint;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Hugging Face's {@code ViTModel} and {@code ViTForImageClassification}, with or without the prefix
 * {@code vit.}. Their layer norms have ε = 1e-12.
 */
final class HuggingFaceLayout {

    static final CheckpointLayout LAYOUT =
            new CheckpointLayout(
                    "Hugging Face",
                    List.of("vit.", ""),
                    // The pooler of the pretrained ViTModel, which classifiers do not use.
                    Pattern.compile("(vit\\.)?pooler\\..*"),
                    1e-12f,
                    PositionEmbedding.Rule.CUBIC,
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

    private HuggingFaceLayout() {}
}
