package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.io.DistinctNames;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config.json} of Hugging Face's {@code ViTConfig}, those that name the same network
 * otherwise, {@code DeiTConfig}, {@code Dinov2Config}, {@code DINOv3ViTConfig} and {@code
 * BeitConfig}.
 */
record HuggingFaceConfig(JsonFields json) implements ModelConfig {

    private static final String DINOV3 = "dinov3_vit";

    /** The types that are read, with what {@code num_register_tokens} is where it is not said. */
    private static final Map<String, Integer> TYPES =
            Map.of(
                    "vit",
                    0,
                    "vit_mae",
                    0,
                    "vit_msn",
                    0,
                    "deit",
                    0,
                    "dinov2",
                    0,
                    "dinov2_with_registers",
                    4,
                    DINOV3,
                    0,
                    BeitLayout.TYPE,
                    0);

    static HuggingFaceConfig of(JsonFields json) throws IOException {
        if (!TYPES.containsKey(type(json))) {
            throw json.unsupported(
                    "model_type",
                    "another architecture than clip, metaclip_2, siglip, "
                            + String.join(", ", new TreeSet<>(TYPES.keySet())));
        }
        boolean gated = type(json).equals(DINOV3) && json.flag("use_gated_mlp", false);
        if (!json.text("hidden_act", "gelu").equals(gated ? "silu" : "gelu")) {
            throw json.unsupported(
                    "hidden_act",
                    gated
                            ? "another activation of a gate than SiLU"
                            : "another activation than GELU in its erf form");
        }
        if (json.size("num_channels", VitConfig.CHANNELS) != VitConfig.CHANNELS) {
            throw json.unsupported("num_channels", "another number of channels than 3");
        }
        return new HuggingFaceConfig(json);
    }

    private static String type(JsonFields json) throws IOException {
        return json.text("model_type", "vit");
    }

    @Override
    public Map<VitVariation, Said> variations() throws IOException {
        Map<VitVariation, Said> said = new EnumMap<>(VitVariation.class);
        say(said, VitVariation.NO_QKV_BIAS, "qkv_bias", !json.flag("qkv_bias", true));
        if (type(json).equals(BeitLayout.TYPE)) {
            BeitLayout.read(json, said);
        }
        if (type(json).equals(DINOV3)) {
            sayDinoV3(said);
            return said;
        }
        int registers = Objects.requireNonNull(TYPES.get(type(json)));
        if (registers > 0) {
            boolean has =
                    !json.has("num_register_tokens") || json.size("num_register_tokens", 0) > 0;
            say(said, VitVariation.REGISTERS, "num_register_tokens", has);
        }
        return said;
    }

    private void sayDinoV3(Map<VitVariation, Said> said) throws IOException {
        boolean query = json.flag("query_bias", true);
        say(said, VitVariation.NO_QKV_BIAS, "query_bias", !query);
        say(said, VitVariation.NO_KEY_BIAS, "key_bias", query && !json.flag("key_bias", false));
        say(said, VitVariation.GATE_APART, "use_gated_mlp", json.flag("use_gated_mlp", false));
        say(
                said,
                VitVariation.REGISTERS,
                "num_register_tokens",
                json.number("num_register_tokens", 0) > 0);
    }

    /** That of DINOv3, whose augmentation is for training. */
    @Override
    public @Nullable Rotary rotary() throws IOException {
        if (!type(json).equals(DINOV3)) {
            return null;
        }
        double theta = json.number("rope_theta", DinoV3Layout.TEMPERATURE);
        if (!(theta > 0)) {
            throw json.fault("rope_theta", "a number above 0");
        }
        return Rotary.dinov3(theta);
    }

    @Override
    public boolean saysRotation() {
        return true;
    }

    private void say(
            Map<VitVariation, Said> said, VitVariation variation, String key, boolean has) {
        if (json.has(key)) {
            said.put(variation, new Said(key, json.json().get(key).toString(), has));
        }
    }

    @Override
    public int heads(int width) throws IOException {
        return json.size("num_attention_heads", 0);
    }

    @Override
    public float layerNormEpsilon() throws IOException {
        double usual = type(json).equals(DINOV3) ? DinoV3Layout.EPSILON : 0;
        double epsilon = json.number("layer_norm_eps", usual);
        if (json.has("layer_norm_eps") && !((float) epsilon > 0)) {
            throw json.fault("layer_norm_eps", "a number above 0");
        }
        return (float) epsilon;
    }

    @Override
    public int @Nullable [] imageSize() throws IOException {
        return square(json, "image_size");
    }

    /** One size for both sides, or height and width. */
    static int @Nullable [] square(JsonFields json, String key) throws IOException {
        int[] sizes = json.sizes(key);
        if (sizes == null || sizes.length == 2) {
            return sizes;
        }
        if (sizes.length != 1) {
            throw json.fault(key, "one size, or height and width");
        }
        return new int[] {sizes[0], sizes[0]};
    }

    @Override
    public List<Claim> claims() throws IOException {
        List<Claim> claims = new ArrayList<>();
        claim(claims, Size.WIDTH, "hidden_size");
        claim(claims, Size.DEPTH, "num_hidden_layers");
        if (!type(json).startsWith("dinov2")) { // theirs is a product
            claim(claims, Size.MLP_WIDTH, "intermediate_size");
        }
        int[] patch = square(json, "patch_size");
        if (patch != null) {
            if (patch[0] != patch[1]) {
                throw json.unsupported("patch_size", "a patch that is not square");
            }
            claims.add(new Claim(Size.PATCH_SIZE, "patch_size", patch[0]));
        }
        return claims;
    }

    private void claim(List<Claim> claims, Size size, String key) throws IOException {
        if (json.has(key)) {
            claims.add(new Claim(size, key, json.size(key, 0)));
        }
    }

    /** The names of {@code id2label}; none where they are the placeholders LABEL_0, LABEL_1 …. */
    @Override
    public List<String> classNames() throws IOException {
        JsonFields labels = json.object("id2label");
        List<String> names = new ArrayList<>();
        if (labels != null) {
            boolean real = false;
            for (int id = 0; labels.has(Integer.toString(id)); id++) {
                String name = labels.text(Integer.toString(id), "");
                real |= !name.equals("LABEL_" + id);
                names.add(name);
            }
            if (!real || names.size() != labels.json().size()) {
                return List.of();
            }
        }
        return DistinctNames.of(names, json.file() + ": id2label");
    }

    /** Not here, but in {@code preprocessor_config.json}. */
    @Override
    public Optional<Preprocessing> preprocessing(BackboneConfig geometry) {
        return Optional.empty();
    }
}
