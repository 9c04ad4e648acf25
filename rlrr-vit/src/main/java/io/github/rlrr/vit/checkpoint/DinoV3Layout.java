package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * DINOv3 as Hugging Face has it ({@code DINOv3ViTModel}, in files and in memory) and as Meta's own
 * files do. There is no class with a head, so it is read and not written.
 *
 * <p>Meta's files have a bias of keys and a mask that takes it away, a norm for training alone, and
 * the periods of the rotation: {@code temperature^(4i/d)}, mostly rounded to bfloat16. Their code
 * and ours compute with what the file has.
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

    private static final String PERIODS = "rope_embed.periods";

    private static final String META =
            """
            cls_token              cls_token
            reg_token              storage_tokens
            rope.periods           rope_embed.periods
            patch_embed.proj.~     patch_embed.proj.~
            blocks.*.norm*.gamma   blocks.*.norm*.weight
            blocks.*.norm*.beta    blocks.*.norm*.bias
            blocks.*.attn.query.~  blocks.*.attn.qkv.~          1/3
            blocks.*.attn.key.~    blocks.*.attn.qkv.~          2/3
            blocks.*.attn.value.~  blocks.*.attn.qkv.~          3/3
            blocks.*.attn.out.~    blocks.*.attn.proj.~
            blocks.*.ls*.gamma     blocks.*.ls*.gamma
            blocks.*.mlp.fc*.~     blocks.*.mlp.fc*.~
            norm.gamma             norm.weight
            norm.beta              norm.bias
            """;

    /** The size of images in Meta's code, which no tensor tells. */
    static final int IMAGE_SIZE = 224;

    static final List<CheckpointLayout> META_ALL =
            List.of(meta(META), meta(masked(META)), meta(gated(META)), meta(gated(masked(META))));

    private DinoV3Layout() {}

    private static String masked(String rows) {
        return rows.replace(
                        "attn.key.~    blocks.*.attn.qkv.~   ",
                        "attn.key.weight blocks.*.attn.qkv.weight")
                + "blocks.*.attn.key.mask blocks.*.attn.qkv.bias_mask\n";
    }

    private static String gated(String rows) {
        return rows.replace(
                "blocks.*.mlp.fc*.~     blocks.*.mlp.fc*.~\n",
                """
                blocks.*.mlp.fc1_g.~   blocks.*.mlp.w1.~
                blocks.*.mlp.fc1_x.~   blocks.*.mlp.w2.~
                blocks.*.mlp.fc2.~     blocks.*.mlp.w3.~
                """);
    }

    private static CheckpointLayout meta(String rows) {
        Pattern ignored =
                Pattern.compile("rope_embed\\.periods|local_cls_norm\\..*|.*\\.qkv\\.bias_mask");
        return layout("Meta DINOv3", ignored, rows);
    }

    private static CheckpointLayout layout(String rows) {
        return layout("Hugging Face DINOv3", Pattern.compile("(?!)"), rows);
    }

    /** Whether a file is Meta's own. */
    static boolean isMetas(TensorReader reader) {
        return reader.tensors().containsKey(PERIODS);
    }

    /** The rotation whose periods a file of Meta's has. */
    static Rotary rotation(TensorReader reader) throws IOException {
        float[] periods = reader.readFloats(PERIODS);
        boolean exact = true;
        boolean rounded = true;
        for (int i = 0; i < periods.length; i++) {
            float expected = (float) Math.pow(TEMPERATURE, (double) i / periods.length);
            exact &= Math.abs(periods[i] - expected) <= 1e-5 * expected;
            rounded &= periods[i] == bfloat16(expected);
        }
        if (!exact && !rounded) {
            throw new IOException(
                    "%s: %s holds other periods than those of DINOv3, %s^(i/%s)"
                            .formatted(reader.file(), PERIODS, (int) TEMPERATURE, periods.length));
        }
        Rotary rotary = Rotary.dinov3(TEMPERATURE);
        return exact ? rotary : rotary.withBfloat16Periods();
    }

    /** To the nearest of 8 significant bits, to even between two. */
    private static float bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
    }

    private static CheckpointLayout layout(String label, Pattern ignored, String rows) {
        return new CheckpointLayout(
                label,
                List.of(""),
                ignored,
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
