package io.github.rlrr.vit.checkpoint;

import static io.github.rlrr.vit.checkpoint.CheckpointLayout.Source.tensor;

import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.vit.VitConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * timm's checkpoints: weights are (out, in) as ours; {@code attn.qkv} is one matrix (3D, D) of
 * query, key and value, split here.
 */
final class TimmLayout implements CheckpointLayout {

    private static final List<String> QKV = List.of("query", "key", "value");

    @Override
    public String label() {
        return "timm";
    }

    @Override
    public @Nullable String before(String name) {
        return LayoutSupport.before(name, "patch_embed.proj.weight");
    }

    @Override
    public String prefix(Map<String, TensorInfo> tensors) {
        return "";
    }

    @Override
    public String usualPrefix() {
        return "";
    }

    @Override
    public String classToken(String prefix) {
        return prefix + "cls_token";
    }

    @Override
    public boolean recognises(Map<String, TensorInfo> tensors) {
        return tensors.containsKey("patch_embed.proj.weight");
    }

    @Override
    public boolean ignores(String name) {
        // The layer before the head of a model being pretrained, as in Google's files.
        return name.startsWith("pre_logits.");
    }

    @Override
    public float layerNormEpsilon() {
        return 1e-6f;
    }

    @Override
    public Geometry geometry(Map<String, TensorInfo> tensors) {
        return new Geometry(
                LayoutSupport.size(tensors, "patch_embed.proj.weight", 2),
                LayoutSupport.size(tensors, "patch_embed.proj.weight", 0),
                LayoutSupport.depth(tensors, "blocks.%d.norm1.weight"),
                0,
                LayoutSupport.size(tensors, "blocks.0.mlp.fc1.weight", 0),
                LayoutSupport.size(tensors, "pos_embed", 1),
                LayoutSupport.size(tensors, "head.weight", 0));
    }

    @Override
    public Map<String, Source> sources(VitConfig config, String prefix) {
        long d = config.width();
        long p = config.patchSize();
        Map<String, Source> sources = new LinkedHashMap<>();
        sources.put("cls_token", tensor(classToken(prefix), 1, 1, d));
        sources.put("pos_embed", tensor("pos_embed", 1, config.tokens(), d));
        sources.put(
                "patch_embed.proj.weight",
                tensor("patch_embed.proj.weight", d, VitConfig.CHANNELS, p, p));
        sources.put("patch_embed.proj.bias", tensor("patch_embed.proj.bias", d));
        for (int i = 0; i < config.depth(); i++) {
            String block = "blocks." + i;
            norm(sources, block + ".norm1", d);
            for (int k = 0; k < QKV.size(); k++) {
                String ours = block + ".attn." + QKV.get(k);
                sources.put(
                        ours + ".weight", tensor(block + ".attn.qkv.weight", 3 * d, d).part(k, 3));
                sources.put(ours + ".bias", tensor(block + ".attn.qkv.bias", 3 * d).part(k, 3));
            }
            sources.put(block + ".attn.out.weight", tensor(block + ".attn.proj.weight", d, d));
            sources.put(block + ".attn.out.bias", tensor(block + ".attn.proj.bias", d));
            norm(sources, block + ".norm2", d);
            linear(sources, block + ".mlp.fc1", d, config.mlpWidth());
            linear(sources, block + ".mlp.fc2", config.mlpWidth(), d);
        }
        norm(sources, "norm", d);
        linear(sources, "head", d, config.classes());
        return sources;
    }

    private static void norm(Map<String, Source> sources, String path, long d) {
        sources.put(path + ".gamma", tensor(path + ".weight", d));
        sources.put(path + ".beta", tensor(path + ".bias", d));
    }

    private static void linear(Map<String, Source> sources, String path, long in, long out) {
        sources.put(path + ".weight", tensor(path + ".weight", out, in));
        sources.put(path + ".bias", tensor(path + ".bias", out));
    }
}
