package io.github.rlrr.vit.checkpoint;

import static io.github.rlrr.vit.VitVariation.ATTENTION_POOLING;
import static io.github.rlrr.vit.VitVariation.LAYER_SCALE;
import static io.github.rlrr.vit.VitVariation.NORMED_AVERAGE_POOLING;
import static io.github.rlrr.vit.VitVariation.NO_CLASS_TOKEN;
import static io.github.rlrr.vit.VitVariation.NO_PATCH_BIAS;
import static io.github.rlrr.vit.VitVariation.PATCH_POSITIONS;
import static io.github.rlrr.vit.VitVariation.PRE_NORM;
import static io.github.rlrr.vit.VitVariation.QUICK_GELU;
import static io.github.rlrr.vit.VitVariation.REGISTERS;
import static io.github.rlrr.vit.VitVariation.SWIGLU;
import static io.github.rlrr.vit.VitVariation.TANH_GELU;

import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Manner;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Files that the makers of networks published in their own names, which are read and not written:
 * DINOv2, OpenCLIP, torchvision, and big_vision with SigLIP.
 */
final class PublishedLayouts {

    static final String OPEN_CLIP = "OpenCLIP";

    /** What OpenCLIP has beside the image tower. */
    static final String OPEN_CLIP_TEXTS =
            "(transformer|token_embedding|positional_embedding|ln_final|text|text_projection"
                    + "|logit_scale|logit_bias|attn_mask)(\\..*)?";

    private static final String DINOV2_ROWS =
            """
            cls_token               cls_token
            pos_embed               pos_embed
            reg_token               register_tokens
            -                       mask_token
            patch_embed.proj.~      patch_embed.proj.~
            blocks.*.norm*.gamma    blocks.*.norm*.weight
            blocks.*.norm*.beta     blocks.*.norm*.bias
            blocks.*.attn.query.~   blocks.*.attn.qkv.~     1/3
            blocks.*.attn.key.~     blocks.*.attn.qkv.~     2/3
            blocks.*.attn.value.~   blocks.*.attn.qkv.~     3/3
            blocks.*.attn.out.~     blocks.*.attn.proj.~
            blocks.*.ls*.gamma      blocks.*.ls*.gamma
            blocks.*.mlp.fc*.~      blocks.*.mlp.fc*.~
            norm.gamma              norm.weight
            norm.beta               norm.bias
            """;

    private static final String OPEN_CLIP_ROWS =
            """
            cls_token               visual.class_embedding          11d<-d
            pos_embed               visual.positional_embedding     1pd<-pd
            patch_embed.proj.~      visual.conv1.~
            norm_pre.gamma          visual.ln_pre.weight
            norm_pre.beta           visual.ln_pre.bias
            blocks.*.norm*.gamma    visual.transformer.resblocks.*.ln_*.weight
            blocks.*.norm*.beta     visual.transformer.resblocks.*.ln_*.bias
            blocks.*.attn.query.~   visual.transformer.resblocks.*.attn.in_proj_~   1/3
            blocks.*.attn.key.~     visual.transformer.resblocks.*.attn.in_proj_~   2/3
            blocks.*.attn.value.~   visual.transformer.resblocks.*.attn.in_proj_~   3/3
            blocks.*.attn.out.~     visual.transformer.resblocks.*.attn.out_proj.~
            blocks.*.ls*.gamma      visual.transformer.resblocks.*.ls_*.gamma
            blocks.*.mlp.fc1.~      visual.transformer.resblocks.*.mlp.c_fc.~
            blocks.*.mlp.fc2.~      visual.transformer.resblocks.*.mlp.c_proj.~
            norm.gamma              visual.ln_post.weight
            norm.beta               visual.ln_post.bias
            head.weight             visual.proj                     oi<-io
            """;

    private static final String TORCHVISION_ROWS =
            """
            cls_token               class_token
            pos_embed               encoder.pos_embedding
            patch_embed.proj.~      conv_proj.~
            blocks.*.norm*.gamma    encoder.layers.encoder_layer_*.ln_*.weight
            blocks.*.norm*.beta     encoder.layers.encoder_layer_*.ln_*.bias
            blocks.*.attn.query.~   encoder.layers.encoder_layer_*.self_attention.in_proj_~   1/3
            blocks.*.attn.key.~     encoder.layers.encoder_layer_*.self_attention.in_proj_~   2/3
            blocks.*.attn.value.~   encoder.layers.encoder_layer_*.self_attention.in_proj_~   3/3
            blocks.*.attn.out.~     encoder.layers.encoder_layer_*.self_attention.out_proj.~
            blocks.*.mlp.fc1.~      encoder.layers.encoder_layer_*.mlp.linear_1.~
            blocks.*.mlp.fc2.~      encoder.layers.encoder_layer_*.mlp.linear_2.~
            norm.gamma              encoder.ln.weight
            norm.beta               encoder.ln.bias
            head.~                  heads.head.~
            """;

    private static final String REGISTER_TOKENS = "register_tokens";

    /**
     * Kernels as Google's; of a model of images and texts under {@code img/}, the text tower under
     * {@code txt/}.
     */
    private static final String BIG_VISION_ROWS =
            """
            cls_token                    img/cls
            pos_embed                    img/pos_embedding
            patch_embed.proj.weight      img/embedding/kernel            oihw<-hwio
            patch_embed.proj.bias        img/embedding/bias
            blocks.*.norm1.gamma         BLOCK/LayerNorm_0/scale
            blocks.*.norm1.beta          BLOCK/LayerNorm_0/bias
            blocks.*.attn.query.weight   BLOCK/ATTENTION/query/kernel    (hd)i<-ihd
            blocks.*.attn.query.bias     BLOCK/ATTENTION/query/bias      (hd)<-hd
            blocks.*.attn.key.weight     BLOCK/ATTENTION/key/kernel      (hd)i<-ihd
            blocks.*.attn.key.bias       BLOCK/ATTENTION/key/bias        (hd)<-hd
            blocks.*.attn.value.weight   BLOCK/ATTENTION/value/kernel    (hd)i<-ihd
            blocks.*.attn.value.bias     BLOCK/ATTENTION/value/bias      (hd)<-hd
            blocks.*.attn.out.weight     BLOCK/ATTENTION/out/kernel      o(hd)<-hdo
            blocks.*.attn.out.bias       BLOCK/ATTENTION/out/bias
            blocks.*.norm2.gamma         BLOCK/LayerNorm_1/scale
            blocks.*.norm2.beta          BLOCK/LayerNorm_1/bias
            blocks.*.mlp.fc1.weight      BLOCK/MlpBlock_0/Dense_0/kernel oi<-io
            blocks.*.mlp.fc1.bias        BLOCK/MlpBlock_0/Dense_0/bias
            blocks.*.mlp.fc2.weight      BLOCK/MlpBlock_0/Dense_1/kernel oi<-io
            blocks.*.mlp.fc2.bias        BLOCK/MlpBlock_0/Dense_1/bias
            norm.gamma                   img/Transformer/encoder_norm/scale
            norm.beta                    img/Transformer/encoder_norm/bias
            attn_pool.latent.token       img/MAPHead_0/probe
            attn_pool.attn.query.weight  img/MAPHead_0/ATTENTION/query/kernel    (hd)i<-ihd
            attn_pool.attn.query.bias    img/MAPHead_0/ATTENTION/query/bias      (hd)<-hd
            attn_pool.attn.key.weight    img/MAPHead_0/ATTENTION/key/kernel      (hd)i<-ihd
            attn_pool.attn.key.bias      img/MAPHead_0/ATTENTION/key/bias        (hd)<-hd
            attn_pool.attn.value.weight  img/MAPHead_0/ATTENTION/value/kernel    (hd)i<-ihd
            attn_pool.attn.value.bias    img/MAPHead_0/ATTENTION/value/bias      (hd)<-hd
            attn_pool.attn.out.weight    img/MAPHead_0/ATTENTION/out/kernel      o(hd)<-hdo
            attn_pool.attn.out.bias      img/MAPHead_0/ATTENTION/out/bias
            attn_pool.norm.gamma         img/MAPHead_0/LayerNorm_0/scale
            attn_pool.norm.beta          img/MAPHead_0/LayerNorm_0/bias
            attn_pool.mlp.fc1.weight     img/MAPHead_0/MlpBlock_0/Dense_0/kernel oi<-io
            attn_pool.mlp.fc1.bias       img/MAPHead_0/MlpBlock_0/Dense_0/bias
            attn_pool.mlp.fc2.weight     img/MAPHead_0/MlpBlock_0/Dense_1/kernel oi<-io
            attn_pool.mlp.fc2.bias       img/MAPHead_0/MlpBlock_0/Dense_1/bias
            head.weight                  img/head/kernel                 oi<-io
            head.bias                    img/head/bias
            """
                    .replace("BLOCK", "img/Transformer/encoderblock_*")
                    .replace("ATTENTION", "MultiHeadDotProductAttention_0");

    static final List<CheckpointLayout> ALL =
            List.of(
                    dinov2(DINOV2_ROWS, PositionEmbedding.Rule.CUBIC_ANTIALIASED, REGISTER_TOKENS),
                    dinov2(DINOV2_ROWS, PositionEmbedding.Rule.CUBIC_OFFSET, "mask_token"),
                    dinov2(
                            gated(DINOV2_ROWS),
                            PositionEmbedding.Rule.CUBIC_ANTIALIASED,
                            REGISTER_TOKENS),
                    dinov2(
                            gated(DINOV2_ROWS),
                            PositionEmbedding.Rule.CUBIC_OFFSET,
                            "blocks.0.mlp.w12.weight"),
                    layout(
                            OPEN_CLIP,
                            OPEN_CLIP_TEXTS,
                            1e-5f,
                            PositionEmbedding.Rule.CUBIC_ANTIALIASED,
                            within(
                                    EnumSet.of(PRE_NORM, NO_PATCH_BIAS),
                                    EnumSet.of(LAYER_SCALE, QUICK_GELU)),
                            OPEN_CLIP_ROWS,
                            Manner.PLAIN.needing("which GELU its MLPs have")),
                    torchvision(TORCHVISION_ROWS),
                    torchvision(TORCHVISION_ROWS.replace("linear_1", "0").replace("linear_2", "3")),
                    bigVision(BIG_VISION_ROWS),
                    bigVision(stacked(BIG_VISION_ROWS)));

    private PublishedLayouts() {}

    private static CheckpointLayout dinov2(
            String rows, PositionEmbedding.Rule positions, String sign) {
        return layout(
                "DINOv2",
                "(?!)",
                1e-6f,
                positions,
                within(EnumSet.of(LAYER_SCALE), EnumSet.of(REGISTERS, SWIGLU)),
                rows,
                Manner.PLAIN.knownBy("blocks.0.ls1.gamma", sign));
    }

    private static String gated(String rows) {
        return rows.replace(
                "mlp.fc*.~      blocks.*.mlp.fc*.~",
                "mlp.fc1.~      blocks.*.mlp.w12.~\nblocks.*.mlp.fc2.~      blocks.*.mlp.w3.~");
    }

    private static CheckpointLayout bigVision(String rows) {
        return new CheckpointLayout(
                "big_vision",
                List.of("img/", "params/img/", "", "params/"),
                Pattern.compile("(params/)?(txt/.*|t|b)"),
                1e-6f,
                PositionEmbedding.Rule.LINEAR,
                false,
                within(
                        EnumSet.of(TANH_GELU),
                        EnumSet.of(
                                NO_CLASS_TOKEN,
                                PATCH_POSITIONS,
                                ATTENTION_POOLING,
                                NORMED_AVERAGE_POOLING)),
                new NameTable(rows),
                // As Flax's gelu is, unless told otherwise.
                Manner.PLAIN.with(EnumSet.of(TANH_GELU)));
    }

    /** All blocks in one tensor, as its {@code scan} leaves them. */
    private static String stacked(String rows) {
        return rows.lines()
                .map(
                        row ->
                                !row.contains("encoderblock_*")
                                        ? row
                                        : row.replace("encoderblock_*", "encoderblock")
                                                .replaceFirst("(/(scale|bias))$", "$1 d<-d")
                                                .replace("<-", "<-n"))
                .collect(Collectors.joining("\n"));
    }

    private static CheckpointLayout torchvision(String rows) {
        return layout(
                "torchvision",
                "(?!)",
                1e-6f,
                PositionEmbedding.Rule.LINEAR,
                config -> config.variations().isEmpty(),
                rows,
                Manner.PLAIN);
    }

    private static CheckpointLayout layout(
            String label,
            String ignored,
            float epsilon,
            PositionEmbedding.Rule positions,
            Predicate<VitConfig> models,
            String rows,
            Manner manner) {
        return new CheckpointLayout(
                label,
                List.of("", "params/"),
                Pattern.compile(ignored),
                epsilon,
                positions,
                false,
                models,
                new NameTable(rows),
                manner);
    }

    /** Models that have all of these variations, and perhaps some of those. */
    private static Predicate<VitConfig> within(Set<VitVariation> all, Set<VitVariation> some) {
        return config ->
                config.rotary() == null
                        && config.variations().containsAll(all)
                        && config.variations().stream()
                                .allMatch(has -> all.contains(has) || some.contains(has));
    }
}
