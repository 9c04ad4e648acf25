package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.part.Rotary;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * DINOv3 as Hugging Face has it ({@code DINOv3ViTModel}, in files and in memory). There is no class
 * with a head, so it is read and not written.
 */
final class DinoV3Layout {

    /** ε and rotation of all published ones. */
    static final float EPSILON = 1e-5f;

    static final double TEMPERATURE = 100;

    private static final String HUGGING_FACE =
            """
            cls_token              embeddings.cls_token
            reg_token              embeddings.register_tokens
            patch_embed.proj.~     embeddings.patch_embeddings.~
            blocks.*.norm*.gamma   layer.*.norm*.weight
            blocks.*.norm*.beta    layer.*.norm*.bias
            blocks.*.attn.query.~  layer.*.attention.q_proj.~
            blocks.*.attn.key.~    layer.*.attention.k_proj.~
            blocks.*.attn.value.~  layer.*.attention.v_proj.~
            blocks.*.attn.out.~    layer.*.attention.o_proj.~
            blocks.*.ls*.gamma     layer.*.layer_scale*.lambda1
            blocks.*.mlp.fc1_g.~   layer.*.mlp.gate_proj.~
            blocks.*.mlp.fc1_x.~   layer.*.mlp.up_proj.~
            blocks.*.mlp.fc1.~     layer.*.mlp.up_proj.~
            blocks.*.mlp.fc2.~     layer.*.mlp.down_proj.~
            norm.gamma             norm.weight
            norm.beta              norm.bias
            """;

    static final List<CheckpointLayout> HUGGING_FACE_ALL =
            List.of(layout(HUGGING_FACE), layout(HUGGING_FACE.replace(" layer.", " model.layer.")));

    private DinoV3Layout() {}

    private static CheckpointLayout layout(String rows) {
        return new CheckpointLayout(
                "Hugging Face DINOv3",
                List.of(""),
                Pattern.compile("(?!)"),
                EPSILON,
                PositionEmbedding.Rule.CUBIC,
                true,
                DinoV3Layout::isOne,
                new NameTable(rows));
    }

    /** Whether a model is built as DINOv3 is, whatever biases its attention has. */
    static boolean isOne(VitConfig config) {
        Rotary rotary = config.rotary();
        Set<VitVariation> may =
                EnumSet.of(
                        VitVariation.REGISTERS,
                        VitVariation.NO_KEY_BIAS,
                        VitVariation.NO_QKV_BIAS,
                        VitVariation.SWIGLU,
                        VitVariation.GATE_APART,
                        VitVariation.CLASS_AND_AVERAGE_POOLING);
        Set<VitVariation> must = EnumSet.of(VitVariation.LAYER_SCALE, VitVariation.NO_POSITIONS);
        may.addAll(must);
        return rotary != null
                && config.variations().containsAll(must)
                && may.containsAll(config.variations());
    }
}
