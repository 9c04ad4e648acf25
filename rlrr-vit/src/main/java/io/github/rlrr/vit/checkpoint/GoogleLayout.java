package io.github.rlrr.vit.checkpoint;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Google's JAX checkpoints ({@code ViT-B_16.npz}, AugReg): kernels are (in, out), attention kernels
 * split by head, the patch kernel is (h, w, in, out). A prefix {@code opt/target/} or {@code
 * params/} may stand before every name.
 */
final class GoogleLayout {

    private static final String ROWS =
            """
            cls_token                   cls
            pos_embed                   Transformer/posembed_input/pos_embedding
            patch_embed.proj.weight     embedding/kernel                oihw<-hwio
            patch_embed.proj.bias       embedding/bias
            blocks.*.norm1.gamma        BLOCK/LayerNorm_0/scale
            blocks.*.norm1.beta         BLOCK/LayerNorm_0/bias
            blocks.*.attn.query.weight  BLOCK/ATTENTION/query/kernel    (hd)i<-ihd
            blocks.*.attn.query.bias    BLOCK/ATTENTION/query/bias      (hd)<-hd
            blocks.*.attn.key.weight    BLOCK/ATTENTION/key/kernel      (hd)i<-ihd
            blocks.*.attn.key.bias      BLOCK/ATTENTION/key/bias        (hd)<-hd
            blocks.*.attn.value.weight  BLOCK/ATTENTION/value/kernel    (hd)i<-ihd
            blocks.*.attn.value.bias    BLOCK/ATTENTION/value/bias      (hd)<-hd
            blocks.*.attn.out.weight    BLOCK/ATTENTION/out/kernel      o(hd)<-hdo
            blocks.*.attn.out.bias      BLOCK/ATTENTION/out/bias
            blocks.*.norm2.gamma        BLOCK/LayerNorm_2/scale
            blocks.*.norm2.beta         BLOCK/LayerNorm_2/bias
            blocks.*.mlp.fc1.weight     BLOCK/MlpBlock_3/Dense_0/kernel oi<-io
            blocks.*.mlp.fc1.bias       BLOCK/MlpBlock_3/Dense_0/bias
            blocks.*.mlp.fc2.weight     BLOCK/MlpBlock_3/Dense_1/kernel oi<-io
            blocks.*.mlp.fc2.bias       BLOCK/MlpBlock_3/Dense_1/bias
            norm.gamma                  Transformer/encoder_norm/scale
            norm.beta                   Transformer/encoder_norm/bias
            head.weight                 head/kernel                     oi<-io
            head.bias                   head/bias
            """
                    .replace("BLOCK", "Transformer/encoderblock_*")
                    .replace("ATTENTION", "MultiHeadDotProductAttention_1");

    static final CheckpointLayout LAYOUT =
            new CheckpointLayout(
                    "Google",
                    List.of("", "opt/target/", "params/"),
                    // The layer before the head of a model being pretrained, an optimizer's state.
                    Pattern.compile(".*pre_logits/.*|opt/state/.*", Pattern.DOTALL),
                    1e-6f,
                    PositionEmbedding.Rule.LINEAR,
                    false,
                    config -> config.variations().isEmpty(),
                    new NameTable(ROWS));

    private GoogleLayout() {}
}
