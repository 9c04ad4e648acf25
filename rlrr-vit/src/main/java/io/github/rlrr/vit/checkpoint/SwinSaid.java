package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code config.json} says of a Swin Transformer.
 *
 * @param model the same file, for class names, preprocessing and threshold
 * @param from where sizes stand, whose keys are the same for timm and Hugging Face
 * @param architecture timm's; null for another
 */
record SwinSaid(ModelConfig model, JsonFields from, @Nullable SwinArchitecture architecture) {

    /** Arguments of timm's that change no evaluated model, or that are read. */
    private static final Set<String> KNOWN =
            Set.of(
                    "img_size",
                    "patch_size",
                    "embed_dim",
                    "depths",
                    "num_heads",
                    "window_size",
                    "pretrained_window_sizes",
                    "mlp_ratio",
                    "num_classes",
                    "strict_img_size",
                    "dynamic_img_size",
                    "drop_rate",
                    "proj_drop_rate",
                    "attn_drop_rate",
                    "drop_path_rate",
                    "weight_init");

    /** Reads timm's or Hugging Face's; null where there is no file. */
    static @Nullable SwinSaid of(@Nullable JsonFields json) throws IOException {
        if (json == null) {
            return null;
        }
        if (json.has("architecture") || json.has("pretrained_cfg")) {
            return timm(json);
        }
        String type = json.text("model_type", "");
        if (!type.equals("swin") && !type.equals("swinv2")) {
            throw json.fault("model_type", "swin or swinv2, as the weights are");
        }
        plain(json, "hidden_act", "\"gelu\"");
        plain(json, "use_absolute_embeddings", "false");
        plain(json, "qkv_bias", "true");
        plain(json, "num_channels", "3");
        return new SwinSaid(new HuggingFaceConfig(json), json, null);
    }

    private static SwinSaid timm(JsonFields json) throws IOException {
        String name = json.text("architecture", "");
        SwinArchitecture architecture = SwinArchitecture.of(name);
        TimmArchitecture other = TimmArchitecture.of(name);
        if (architecture == null && other != null) {
            throw json.fault("architecture", "one of timm's Swin Transformers, as the weights are");
        }
        JsonFields arguments = json.object("model_args");
        plain(json, "global_pool", "\"avg\"");
        if (arguments != null) {
            plain(arguments, "global_pool", "\"avg\"");
            plain(arguments, "qkv_bias", "true");
            plain(arguments, "always_partition", "false");
            plain(arguments, "act_layer", "\"gelu\"");
            plain(arguments, "in_chans", "3");
            for (String key : arguments.json().keySet()) {
                if (!KNOWN.contains(key)
                        && !Set.of("global_pool", "qkv_bias", "always_partition", "act_layer")
                                .contains(key)
                        && !key.equals("in_chans")) {
                    throw arguments.unsupported(key, "a variation");
                }
            }
        }
        TimmConfig model = new TimmConfig(json, null, json.object("pretrained_cfg"), arguments);
        return new SwinSaid(model, arguments == null ? json : arguments, architecture);
    }

    private static void plain(JsonFields from, String key, String value) throws IOException {
        if (from.has(key) && !from.json().get(key).toString().equals(value)) {
            throw from.unsupported(key, "other than " + value);
        }
    }

    /** Height and width of the input in pixels; null where the file does not say. */
    int @Nullable [] imageSize() throws IOException {
        int[] said = model.imageSize();
        return said == null && architecture != null
                ? new int[] {architecture.imageSize(), architecture.imageSize()}
                : said;
    }

    /** The side of the windows of each stage; null where the file does not say. */
    @Nullable List<Integer> windows(int stages) throws IOException {
        List<Integer> said = stages("window_size", stages);
        return said == null && architecture != null ? architecture.windows() : said;
    }

    /** What relative places are measured by; null where the file does not say. */
    @Nullable List<Integer> trainedWindows(int stages) throws IOException {
        if (from.has("pretrained_window_sizes")) {
            return from.counts("pretrained_window_sizes");
        }
        return architecture == null ? null : architecture.trainedWindows();
    }

    private @Nullable List<Integer> stages(String key, int stages) throws IOException {
        if (!from.has(key)) {
            return null;
        }
        List<Integer> sizes = from.counts(key);
        return sizes.size() == 1 && stages > 1
                ? java.util.Collections.nCopies(stages, sizes.get(0))
                : sizes;
    }

    /** ε; 0 where the file does not say. */
    float layerNormEpsilon() throws IOException {
        return model.layerNormEpsilon();
    }

    /** Refuses a configuration of other weights. */
    void check(
            String file,
            boolean v2,
            int width,
            int patch,
            List<Integer> depths,
            List<Integer> heads,
            int mlp)
            throws IOException {
        String key = model.json().has("model_type") ? "model_type" : "architecture";
        String type = model.json().text(key, "");
        if (!type.isEmpty() && type.startsWith("swinv2") != v2) {
            throw apart(file, key, v2 ? "weights of Swin V2" : "weights of Swin V1");
        }
        compare(file, "embed_dim", List.of(width));
        compare(file, "patch_size", List.of(patch));
        compare(file, "depths", depths);
        compare(file, "num_heads", heads);
        if (from.has("mlp_ratio")) {
            double ratio = from.number("mlp_ratio", 0);
            if ((int) (ratio * width) != mlp) {
                throw apart(file, "mlp_ratio", (double) mlp / width);
            }
        }
        if (architecture != null && !from.has("num_heads") && !heads.equals(architecture.heads())) {
            throw apart(file, "architecture", heads + " heads");
        }
    }

    private void compare(String file, String key, List<Integer> found) throws IOException {
        if (from.has(key) && !from.counts(key).equals(found)) {
            throw apart(file, key, found.size() == 1 ? found.get(0) : found);
        }
    }

    private IOException apart(String file, String key, Object found) {
        JsonFields where = from.has(key) ? from : model.json();
        return new IOException(
                "%s: %s%s is %s, but %s has %s; expected files that belong together"
                        .formatted(
                                where.file(),
                                where.prefix(),
                                key,
                                where.json().get(key),
                                file,
                                found));
    }

    Optional<Preprocessing> preprocessing(BackboneConfig config) throws IOException {
        return model.preprocessing(config);
    }
}
