package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.io.ShortList;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Vision Transformers that ours is not, known by the names of their tensors. */
final class Unsupported {

    private static final Map<Pattern, String> SIGNS = new LinkedHashMap<>();

    static {
        sign("(ls\\d\\.gamma|gamma_\\d|layer_scale\\d?\\.lambda1|lambda_\\d)", "LayerScale");
        sign("(reg_token|register_tokens)", "register tokens");
        sign(
                "(distillation_token|head_dist\\..*|distillation_classifier\\..*)",
                "distillation, as in DeiT");
        sign("fc_norm\\..*", "a norm after average pooling");
        sign("(attn_pool|attention_pool|MAPHead_\\d)[./].*", "attention pooling");
        sign("(q_norm|k_norm|query_norm|key_norm)[./].*", "norms of queries and keys");
        sign(
                "mlp\\.(fc1_[gx]|gate_proj|up_proj|w12|w[123]|weights_in)\\..*",
                "a gated MLP, as in SwiGLU");
        sign("(mlp|attn)\\.(norm|ln|inner_attn_ln|ffn_ln)\\..*", "norms inside attention or MLP");
        sign(
                "(patch_embed\\.(norm|backbone|conv\\d*|proj\\.\\d+)|patch_norm)\\..*",
                "a patch embedding that is not a single convolution");
        sign("(conv_root|block\\d|root_block)/.*", "a ResNet in place of the patch embedding");
        sign("(relative_position\\w*|rel_pos\\w*)(\\..*)?", "relative position embeddings");
        sign("(norm_pre|pre_layrnorm|ln_pre)\\..*", "a norm before the blocks, as in CLIP");
        sign("(rope|rotary\\w*)(\\..*)?|freqs_(cos|sin)", "rotary position embeddings");
        sign("(attns|ffns)\\..*", "blocks with parallel attentions");
        sign("[qv]_bias", "biases of queries and values alone, as in BEiT");
    }

    private Unsupported() {}

    /** The name's last part or parts are the sign, wherever in the model they stand. */
    private static void sign(String regex, String what) {
        SIGNS.put(Pattern.compile("(.*[./])?(" + regex + ")"), what);
    }

    /** Whether a name is that of a part our model lacks. */
    static boolean isSign(String name) {
        return part(name) != null;
    }

    /** The part our model lacks that a name is of; null for none. */
    private static @Nullable String part(String name) {
        return SIGNS.entrySet().stream()
                .filter(sign -> sign.getKey().matcher(name).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** Refuses a file of a known layout that has parts our model lacks, naming the first. */
    static void check(TensorReader reader, CheckpointLayout layout) throws IOException {
        for (String name : reader.tensors().keySet()) {
            if (!layout.holds(name, reader.tensors()) && !layout.naming().ignores(name)) {
                check(reader, name);
            }
        }
    }

    /** Refuses a file of no known layout, by a part our model lacks where there is such. */
    static IOException unknown(TensorReader reader, List<String> layouts) throws IOException {
        for (String name : reader.tensors().keySet()) {
            check(reader, name);
        }
        return new IOException(
                reader.file()
                        + " is no Vision Transformer of a known layout ("
                        + String.join(", ", layouts)
                        + "); it holds "
                        + ShortList.of(reader.tensors().keySet()));
    }

    private static void check(TensorReader reader, String name) throws IOException {
        String part = part(name);
        if (part != null) {
            throw refused(reader, "tensor \"" + name + "\" belongs to " + part);
        }
    }

    /** What a missing tensor says of the model, as a remark to its name; empty for nothing. */
    static String remark(String missing) {
        if (missing.matches(".*norm\\d?\\.bias")) {
            return " (RMS norms have none; a config.json has to say so)";
        }
        return missing.endsWith("bias")
                ? " (a layer without bias, which this library's Vision Transformer does not have)"
                : "";
    }

    private static IOException refused(TensorReader reader, String what) {
        return new IOException(
                reader.file()
                        + ": "
                        + what
                        + ", which this library's Vision Transformer does not have; choose another"
                        + " model, such as a plain ViT or DINOv2");
    }
}
