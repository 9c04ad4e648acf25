package io.github.rlrr.vit.checkpoint;

import java.util.List;
import java.util.regex.Pattern;

/** timm's checkpoints: matrices are (out, in) as ours; one holds query, key and value. */
final class TimmLayout {

    static final CheckpointLayout LAYOUT =
            new CheckpointLayout(
                    "timm",
                    List.of(""),
                    // The layer before the head of a model being pretrained, as in Google's files.
                    Pattern.compile("pre_logits\\..*"),
                    1e-6f,
                    new NameTable(
                            """
                            cls_token               cls_token
                            pos_embed               pos_embed
                            patch_embed.proj.~      patch_embed.proj.~
                            blocks.*.norm*.gamma    blocks.*.norm*.weight
                            blocks.*.norm*.beta     blocks.*.norm*.bias
                            blocks.*.attn.query.~   blocks.*.attn.qkv.~     1/3
                            blocks.*.attn.key.~     blocks.*.attn.qkv.~     2/3
                            blocks.*.attn.value.~   blocks.*.attn.qkv.~     3/3
                            blocks.*.attn.out.~     blocks.*.attn.proj.~
                            blocks.*.mlp.fc*.~      blocks.*.mlp.fc*.~
                            blocks.*.ls*.gamma      blocks.*.ls*.gamma
                            norm.gamma              norm.weight
                            norm.beta               norm.bias
                            fc_norm.gamma           fc_norm.weight
                            fc_norm.beta            fc_norm.bias
                            head.~                  head.~
                            """));

    /** The arguments that change the network, with their value in a plain one. */
    static final List<TimmArgument> ARGUMENTS =
            TimmArgument.table(
                    """
                    qkv_bias         true
                    proj_bias        true
                    class_token      true
                    qk_norm          false
                    scale_attn_norm  false
                    scale_mlp_norm   false
                    no_embed_class   false
                    pre_norm         false
                    final_norm       true
                    fc_norm          false
                    reg_tokens       0
                    pos_embed        "learn"
                    in_chans         3
                    act_layer        "gelu"
                    global_pool      "token"  AVERAGE_POOLING  "avg"
                    init_values      -        LAYER_SCALE  1e-5
                    mlp_layer        -
                    block_fn         -
                    embed_layer      -
                    """);

    private TimmLayout() {}
}
