package io.github.rlrr.vit.checkpoint;

import static io.github.rlrr.vit.checkpoint.CheckpointLayout.Source.tensor;

import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.vit.VitConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Google's JAX checkpoints ({@code ViT-B_16.npz}, AugReg): kernels are (in, out), attention kernels
 * split by head, the patch kernel is (h, w, in, out). A prefix {@code opt/target/} or {@code
 * params/} may stand before every name.
 */
final class GoogleLayout implements CheckpointLayout {

    private static final List<String> PREFIXES = List.of("", "opt/target/", "params/");
    private static final String BLOCK = "Transformer/encoderblock_%d/";
    private static final String ATTENTION = "MultiHeadDotProductAttention_1/";

    @Override
    public String label() {
        return "Google";
    }

    @Override
    public @Nullable String before(String name) {
        String before = LayoutSupport.before(name, "embedding/kernel", "opt/target/");
        String shorter = LayoutSupport.before(name, "embedding/kernel", "params/");
        return before == null || shorter == null || before.length() < shorter.length()
                ? before
                : shorter;
    }

    @Override
    public String prefix(Map<String, TensorInfo> tensors) {
        return PREFIXES.stream()
                .filter(prefix -> tensors.containsKey(prefix + "embedding/kernel"))
                .findFirst()
                .orElse("");
    }

    @Override
    public String usualPrefix() {
        return "";
    }

    @Override
    public String classToken(String prefix) {
        return prefix + "cls";
    }

    @Override
    public boolean recognises(Map<String, TensorInfo> tensors) {
        return tensors.containsKey(prefix(tensors) + "embedding/kernel");
    }

    @Override
    public boolean ignores(String name) {
        // The layer before the head of a model being pretrained, and an optimizer's own state.
        return name.contains("pre_logits/") || name.startsWith("opt/state/");
    }

    @Override
    public float layerNormEpsilon() {
        return 1e-6f;
    }

    @Override
    public Geometry geometry(Map<String, TensorInfo> tensors) {
        String prefix = prefix(tensors);
        String first = prefix + "Transformer/encoderblock_0/";
        return new Geometry(
                LayoutSupport.size(tensors, prefix + "embedding/kernel", 0),
                LayoutSupport.size(tensors, prefix + "embedding/kernel", 3),
                LayoutSupport.depth(tensors, prefix + BLOCK + "LayerNorm_0/scale"),
                LayoutSupport.size(tensors, first + ATTENTION + "query/kernel", 1),
                LayoutSupport.size(tensors, first + "MlpBlock_3/Dense_0/kernel", 1),
                LayoutSupport.size(tensors, prefix + "Transformer/posembed_input/pos_embedding", 1),
                LayoutSupport.size(tensors, prefix + "head/kernel", 1));
    }

    @Override
    public Map<String, Source> sources(VitConfig config, String prefix) {
        long d = config.width();
        long p = config.patchSize();
        Map<String, Source> sources = new LinkedHashMap<>();
        sources.put("cls_token", tensor(classToken(prefix), 1, 1, d));
        sources.put(
                "pos_embed",
                tensor(prefix + "Transformer/posembed_input/pos_embedding", 1, config.tokens(), d));
        sources.put(
                "patch_embed.proj.weight",
                tensor(prefix + "embedding/kernel", p, p, VitConfig.CHANNELS, d)
                        .permuted(3, 2, 0, 1));
        sources.put("patch_embed.proj.bias", tensor(prefix + "embedding/bias", d));
        for (int i = 0; i < config.depth(); i++) {
            block(sources, config, "blocks." + i, prefix + "Transformer/encoderblock_" + i + "/");
        }
        norm(sources, "norm", prefix + "Transformer/encoder_norm", d);
        dense(sources, "head", prefix + "head", d, config.classes());
        return sources;
    }

    private static void block(
            Map<String, Source> sources, VitConfig config, String ours, String theirs) {
        long d = config.width();
        long heads = config.heads();
        norm(sources, ours + ".norm1", theirs + "LayerNorm_0", d);
        for (String name : List.of("query", "key", "value")) {
            String kernel = theirs + ATTENTION + name;
            sources.put(
                    ours + ".attn." + name + ".weight",
                    tensor(kernel + "/kernel", d, heads, d / heads).permuted(1, 2, 0));
            sources.put(
                    ours + ".attn." + name + ".bias", tensor(kernel + "/bias", heads, d / heads));
        }
        String out = theirs + ATTENTION + "out";
        sources.put(
                ours + ".attn.out.weight",
                tensor(out + "/kernel", heads, d / heads, d).permuted(2, 0, 1));
        sources.put(ours + ".attn.out.bias", tensor(out + "/bias", d));
        norm(sources, ours + ".norm2", theirs + "LayerNorm_2", d);
        dense(sources, ours + ".mlp.fc1", theirs + "MlpBlock_3/Dense_0", d, config.mlpWidth());
        dense(sources, ours + ".mlp.fc2", theirs + "MlpBlock_3/Dense_1", config.mlpWidth(), d);
    }

    private static void norm(Map<String, Source> sources, String ours, String theirs, long d) {
        sources.put(ours + ".gamma", tensor(theirs + "/scale", d));
        sources.put(ours + ".beta", tensor(theirs + "/bias", d));
    }

    private static void dense(
            Map<String, Source> sources, String ours, String theirs, long in, long out) {
        sources.put(ours + ".weight", tensor(theirs + "/kernel", in, out).permuted(1, 0));
        sources.put(ours + ".bias", tensor(theirs + "/bias", out));
    }
}
