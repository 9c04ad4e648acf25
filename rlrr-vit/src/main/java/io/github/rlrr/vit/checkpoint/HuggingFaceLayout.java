package io.github.rlrr.vit.checkpoint;

import static io.github.rlrr.vit.checkpoint.CheckpointLayout.Source.tensor;

import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.vit.VitConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hugging Face's {@code ViTModel} and {@code ViTForImageClassification}, with or without the prefix
 * {@code vit.}. Their layer norms have ε = 1e-12.
 */
final class HuggingFaceLayout implements CheckpointLayout {

    private static final String PROJECTION = "embeddings.patch_embeddings.projection.weight";

    @Override
    public String label() {
        return "Hugging Face";
    }

    @Override
    public @Nullable String before(String name) {
        return LayoutSupport.before(name, PROJECTION, "vit.");
    }

    @Override
    public String prefix(Map<String, TensorInfo> tensors) {
        return tensors.containsKey("vit." + PROJECTION) ? "vit." : "";
    }

    @Override
    public String usualPrefix() {
        return "vit.";
    }

    @Override
    public String classToken(String prefix) {
        return prefix + "embeddings.cls_token";
    }

    @Override
    public boolean recognises(Map<String, TensorInfo> tensors) {
        return tensors.containsKey(prefix(tensors) + PROJECTION);
    }

    @Override
    public boolean ignores(String name) {
        // The pooler of the pretrained ViTModel, which classifiers do not use.
        return name.matches("(vit\\.)?pooler\\..*");
    }

    @Override
    public float layerNormEpsilon() {
        return 1e-12f;
    }

    @Override
    public Geometry geometry(Map<String, TensorInfo> tensors) {
        String prefix = prefix(tensors);
        String first = prefix + "encoder.layer.0.";
        return new Geometry(
                LayoutSupport.size(tensors, prefix + PROJECTION, 2),
                LayoutSupport.size(tensors, prefix + PROJECTION, 0),
                LayoutSupport.depth(tensors, prefix + "encoder.layer.%d.layernorm_before.weight"),
                0,
                LayoutSupport.size(tensors, first + "intermediate.dense.weight", 0),
                LayoutSupport.size(tensors, prefix + "embeddings.position_embeddings", 1),
                LayoutSupport.size(tensors, "classifier.weight", 0));
    }

    @Override
    public Map<String, Source> sources(VitConfig config, String prefix) {
        long d = config.width();
        long p = config.patchSize();
        Map<String, Source> sources = new LinkedHashMap<>();
        sources.put("cls_token", tensor(classToken(prefix), 1, 1, d));
        sources.put(
                "pos_embed",
                tensor(prefix + "embeddings.position_embeddings", 1, config.tokens(), d));
        sources.put(
                "patch_embed.proj.weight",
                tensor(prefix + PROJECTION, d, VitConfig.CHANNELS, p, p));
        sources.put(
                "patch_embed.proj.bias",
                tensor(prefix + "embeddings.patch_embeddings.projection.bias", d));
        for (int i = 0; i < config.depth(); i++) {
            String ours = "blocks." + i;
            String theirs = prefix + "encoder.layer." + i + ".";
            norm(sources, ours + ".norm1", theirs + "layernorm_before", d);
            for (String name : List.of("query", "key", "value")) {
                linear(
                        sources,
                        ours + ".attn." + name,
                        theirs + "attention.attention." + name,
                        d,
                        d);
            }
            linear(sources, ours + ".attn.out", theirs + "attention.output.dense", d, d);
            norm(sources, ours + ".norm2", theirs + "layernorm_after", d);
            linear(sources, ours + ".mlp.fc1", theirs + "intermediate.dense", d, config.mlpWidth());
            linear(sources, ours + ".mlp.fc2", theirs + "output.dense", config.mlpWidth(), d);
        }
        norm(sources, "norm", prefix + "layernorm", d);
        linear(sources, "head", "classifier", d, config.classes());
        return sources;
    }

    private static void norm(Map<String, Source> sources, String ours, String theirs, long d) {
        sources.put(ours + ".gamma", tensor(theirs + ".weight", d));
        sources.put(ours + ".beta", tensor(theirs + ".bias", d));
    }

    private static void linear(
            Map<String, Source> sources, String ours, String theirs, long in, long out) {
        sources.put(ours + ".weight", tensor(theirs + ".weight", out, in));
        sources.put(ours + ".bias", tensor(theirs + ".bias", out));
    }
}
