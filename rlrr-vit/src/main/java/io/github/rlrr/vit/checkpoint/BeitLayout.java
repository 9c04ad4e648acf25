package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Hugging Face's {@code BeitModel} and {@code BeitForImageClassification}, with and without the
 * prefix {@code beit.}; Transformers 5 has other names in memory. A model with the mean of patches
 * has its norm in the pooler.
 */
final class BeitLayout {

    static final String TYPE = "beit";

    /** Tables of numbers that follow from the size, which old files hold. */
    static final Pattern INDEX = Pattern.compile("(.*\\.)?relative_position_index");

    private static final Set<VitVariation> ALWAYS =
            EnumSet.of(VitVariation.RELATIVE_POSITIONS, VitVariation.NO_KEY_BIAS);

    private static final Set<VitVariation> KNOWN =
            EnumSet.of(
                    VitVariation.RELATIVE_POSITIONS,
                    VitVariation.NO_KEY_BIAS,
                    VitVariation.NO_POSITIONS,
                    VitVariation.LAYER_SCALE,
                    VitVariation.AVERAGE_POOLING);

    private static final String ROWS =
            """
            cls_token               beit.embeddings.cls_token
            pos_embed               beit.embeddings.position_embeddings
            patch_embed.proj.~      beit.embeddings.patch_embeddings.projection.~
            blocks.*.norm1.gamma    beit.encoder.layer.*.layernorm_before.weight
            blocks.*.norm1.beta     beit.encoder.layer.*.layernorm_before.bias
            blocks.*.attn.query.~   beit.encoder.layer.*.attention.attention.query.~
            blocks.*.attn.key.~     beit.encoder.layer.*.attention.attention.key.~
            blocks.*.attn.value.~   beit.encoder.layer.*.attention.attention.value.~
            blocks.*.attn.relative_position.table  beit.encoder.layer.*.attention.attention.relative_position_bias.relative_position_bias_table
            blocks.*.attn.out.~     beit.encoder.layer.*.attention.output.dense.~
            blocks.*.ls*.gamma      beit.encoder.layer.*.lambda_*
            blocks.*.norm2.gamma    beit.encoder.layer.*.layernorm_after.weight
            blocks.*.norm2.beta     beit.encoder.layer.*.layernorm_after.bias
            blocks.*.mlp.fc1.~      beit.encoder.layer.*.intermediate.dense.~
            blocks.*.mlp.fc2.~      beit.encoder.layer.*.output.dense.~
            norm.gamma              beit.layernorm.weight
            norm.beta               beit.layernorm.bias
            fc_norm.gamma           beit.pooler.layernorm.weight
            fc_norm.beta            beit.pooler.layernorm.bias
            head.~                  classifier.~
            """;

    static final List<CheckpointLayout> ALL =
            List.of(
                    layout(ROWS),
                    layout(
                            ROWS.replace("encoder.layer.", "layers.")
                                    .replace("attention.attention.query", "attention.q_proj")
                                    .replace("attention.attention.key", "attention.k_proj")
                                    .replace("attention.attention.value", "attention.v_proj")
                                    .replace("attention.output.dense", "attention.o_proj")
                                    .replace("attention.attention.relative", "relative")
                                    .replace("intermediate.dense", "mlp.fc1")
                                    .replace("*.output.dense", "*.mlp.fc2")));

    private BeitLayout() {}

    private static CheckpointLayout layout(String rows) {
        return new CheckpointLayout(
                "Hugging Face BEiT",
                List.of("beit.", ""),
                INDEX,
                1e-12f,
                PositionEmbedding.Rule.CUBIC,
                false,
                config ->
                        config.rotary() == null
                                && config.variations().containsAll(ALWAYS)
                                && KNOWN.containsAll(config.variations()),
                new NameTable(rows));
    }

    /** What a {@code BeitConfig} says; a key that is missing says nothing. */
    static void read(JsonFields json, Map<VitVariation, ModelConfig.Said> said) throws IOException {
        String shared = "use_shared_relative_position_bias";
        if (json.flag(shared, false)) {
            throw json.unsupported(shared, "a table of relative positions of all blocks together");
        }
        String relative = "use_relative_position_bias";
        say(json, said, VitVariation.RELATIVE_POSITIONS, relative, json.flag(relative, false));
        String placed = "use_absolute_position_embeddings";
        say(json, said, VitVariation.NO_POSITIONS, placed, !json.flag(placed, false));
        String mean = "use_mean_pooling";
        say(json, said, VitVariation.AVERAGE_POOLING, mean, json.flag(mean, true));
        String scale = "layer_scale_init_value";
        say(json, said, VitVariation.LAYER_SCALE, scale, json.number(scale, 0) > 0);
    }

    private static void say(
            JsonFields json,
            Map<VitVariation, ModelConfig.Said> said,
            VitVariation variation,
            String key,
            boolean has) {
        if (json.has(key)) {
            said.put(variation, new ModelConfig.Said(key, json.json().get(key).toString(), has));
        }
    }

    /** What a {@code BeitConfig} has beyond others. */
    static Map<String, Object> written(VitConfig config) {
        Set<VitVariation> has = config.variations();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("use_relative_position_bias", true);
        json.put("use_shared_relative_position_bias", false);
        json.put("use_absolute_position_embeddings", !has.contains(VitVariation.NO_POSITIONS));
        json.put("use_mean_pooling", has.contains(VitVariation.AVERAGE_POOLING));
        json.put("layer_scale_init_value", has.contains(VitVariation.LAYER_SCALE) ? 0.1 : 0.0);
        json.put("use_mask_token", false);
        json.put("drop_path_rate", 0.0);
        return json;
    }
}
