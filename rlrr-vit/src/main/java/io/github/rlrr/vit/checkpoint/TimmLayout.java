package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.VitConfig;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * timm's checkpoints: matrices are (out, in) as ours; mostly one holds query, key and value. Its
 * class {@code Eva} has names of its own for LayerScale, and two ways of attention.
 */
final class TimmLayout {

    private static final String ROWS =
            """
            cls_token               cls_token
            pos_embed               pos_embed
            reg_token               reg_token
            patch_embed.proj.~      patch_embed.proj.~
            patch_embed.norm.gamma  patch_embed.norm.weight
            patch_embed.norm.beta   patch_embed.norm.bias
            norm_pre.gamma          norm_pre.weight
            norm_pre.beta           norm_pre.bias
            blocks.*.norm*.gamma    blocks.*.norm*.weight
            blocks.*.norm*.beta     blocks.*.norm*.bias
            blocks.*.attn.query.~   blocks.*.attn.qkv.~     1/3
            blocks.*.attn.key.~     blocks.*.attn.qkv.~     2/3
            blocks.*.attn.value.~   blocks.*.attn.qkv.~     3/3
            blocks.*.attn.q_norm.gamma  blocks.*.attn.q_norm.weight
            blocks.*.attn.q_norm.beta   blocks.*.attn.q_norm.bias
            blocks.*.attn.k_norm.gamma  blocks.*.attn.k_norm.weight
            blocks.*.attn.k_norm.beta   blocks.*.attn.k_norm.bias
            blocks.*.attn.norm.gamma    blocks.*.attn.norm.weight
            blocks.*.attn.norm.beta     blocks.*.attn.norm.bias
            blocks.*.attn.lambda_q*.values  blocks.*.attn.lambda_q*
            blocks.*.attn.lambda_k*.values  blocks.*.attn.lambda_k*
            blocks.*.attn.sub_norm.gamma    blocks.*.attn.sub_norm.weight
            blocks.*.attn.out.~     blocks.*.attn.proj.~
            blocks.*.mlp.fc*.~      blocks.*.mlp.fc*.~
            blocks.*.mlp.norm.gamma blocks.*.mlp.norm.weight
            blocks.*.mlp.norm.beta  blocks.*.mlp.norm.bias
            blocks.*.ls*.gamma      blocks.*.ls*.gamma
            norm.gamma              norm.weight
            norm.beta               norm.bias
            attn_pool.latent.token  attn_pool.latent
            attn_pool.attn.query.~  attn_pool.q.~
            attn_pool.attn.key.~    attn_pool.kv.~          1/2
            attn_pool.attn.value.~  attn_pool.kv.~          2/2
            attn_pool.attn.out.~    attn_pool.proj.~
            attn_pool.norm.gamma    attn_pool.norm.weight
            attn_pool.norm.beta     attn_pool.norm.bias
            attn_pool.mlp.fc*.~     attn_pool.mlp.fc*.~
            fc_norm.gamma           fc_norm.weight
            fc_norm.beta            fc_norm.bias
            head.~                  head.~
            """;

    private static final String APART =
            ROWS
                    + """
                    blocks.*.attn.rope.freqs  rope.freqs            ahp<-anhp
                    blocks.*.mlp.fc1_g.~    blocks.*.mlp.fc1_g.~
                    blocks.*.mlp.fc1_x.~    blocks.*.mlp.fc1_x.~
                    """;

    /** Of the class {@code Eva}. */
    private static final String EVA = APART.replace("  blocks.*.ls*.gamma", "  blocks.*.gamma_*");

    static final CheckpointLayout LAYOUT =
            layout(
                    config ->
                            TimmFiles.canSay(config)
                                    && !TimmFiles.isGatedApart(config)
                                    && !DistilledHead.isOf(config),
                    ROWS);

    /** With a gate's own matrix, as in AIMv2. */
    private static final CheckpointLayout GATED =
            layout(config -> TimmFiles.canSay(config) && TimmFiles.isGatedApart(config), APART);

    /** Its {@code VisionTransformerDistilled}; the second row tells such a file. */
    private static final CheckpointLayout DISTILLED =
            layout(
                    config -> TimmFiles.canSay(config) && DistilledHead.isOf(config),
                    ROWS.replaceAll("reg_token( +)reg_token", "reg_token$1dist_token")
                            + "dist_token  dist_token\n");

    /** With one bias of queries, keys and values: its {@code AttentionRope}. */
    private static final CheckpointLayout EVA_ROPE =
            layout(config -> EvaFiles.canSay(config) && !EvaFiles.hasNoKeyBias(config), EVA);

    /** With biases of queries and values alone: its {@code EvaAttention}. */
    private static final CheckpointLayout EVA_FUSED =
            layout(
                    config -> EvaFiles.canSay(config) && !EvaFiles.hasThreeMatrices(config),
                    withoutKeyBias(EVA));

    /** Its {@code Beit}. */
    private static final CheckpointLayout BEIT =
            layout(
                    BeitFiles::canSay,
                    withoutKeyBias(ROWS.replace("  blocks.*.ls*.gamma", "  blocks.*.gamma_*"))
                            + """
                            blocks.*.attn.relative_position.table  blocks.*.attn.relative_position_bias_table
                            """);

    /** The same with three matrices. */
    private static final CheckpointLayout EVA_APART =
            layout(
                    config -> EvaFiles.canSay(config),
                    EVA.replaceAll("query\\.~ +(\\S+)qkv\\.~ +1/3", "query.~ $1q_proj.~")
                            .replaceAll("key\\.~ +(\\S+)qkv\\.~ +2/3", "key.~ $1k_proj.~")
                            .replaceAll("value\\.~ +(\\S+)qkv\\.~ +3/3", "value.~ $1v_proj.~"));

    /** Those that are written first. */
    static final List<CheckpointLayout> ALL =
            List.of(LAYOUT, GATED, DISTILLED, BEIT, EVA_ROPE, EVA_FUSED, EVA_APART);

    private static String withoutKeyBias(String rows) {
        return rows.replaceAll(
                        "(query|key|value)\\.~( +)\\S+qkv\\.~",
                        "$1.weight$2blocks.*.attn.qkv.weight")
                + """
                blocks.*.attn.query.bias  blocks.*.attn.q_bias
                blocks.*.attn.value.bias  blocks.*.attn.v_bias
                """;
    }

    private static CheckpointLayout layout(Predicate<VitConfig> models, String rows) {
        return new CheckpointLayout(
                "timm",
                List.of(""),
                // The layer before the head of a model being pretrained, as in Google's files; what
                // follows from the size, in BEiT's own.
                Pattern.compile("pre_logits\\..*|" + BeitLayout.INDEX),
                1e-6f,
                PositionEmbedding.Rule.CUBIC_ANTIALIASED,
                rows.contains("fc1_g"),
                models,
                new NameTable(rows));
    }

    /** Whether a pooling takes all tokens. */
    static final String PREFIX_POOLING = "pool_include_prefix";

    /** The arguments that change the network, with their value in a plain one. */
    static final List<TimmArgument> ARGUMENTS =
            TimmArgument.table(
                    """
                    qkv_bias         true     NO_QKV_BIAS      false
                    class_token      true     NO_CLASS_TOKEN   false
                    no_embed_class   false    PATCH_POSITIONS  true
                    reg_tokens       0        REGISTERS        1
                    pre_norm         false    PRE_NORM         true  NO_PATCH_BIAS  true
                    qk_norm          false    QUERY_KEY_NORM   true
                    act_layer        "gelu"   QUICK_GELU       "quick_gelu"  TANH_GELU  "gelu_tanh"  SWIGLU  "silu"
                    global_pool      "token"  AVERAGE_POOLING  "avg"         ATTENTION_POOLING  "map"
                    init_values      -        LAYER_SCALE      1e-5
                    proj_bias        true     NO_PROJECTION_BIAS  false
                    norm_layer       -        RMS_NORM         "rmsnorm"
                    embed_norm_layer  -       PATCH_NORM       "rmsnorm"
                    scale_attn_norm  false    ATTENTION_NORM   true
                    scale_mlp_norm   false    MLP_NORM         true
                    final_norm       true     NO_FINAL_NORM    false
                    pool_include_prefix  false  PREFIX_POOLING  true
                    pos_embed        "learn"
                    in_chans         3
                    attn_layer       "attn"   DIFFERENTIAL_ATTENTION  "diff"
                    mlp_layer        -
                    block_fn         -
                    embed_layer      -
                    """);

    private TimmLayout() {}
}
