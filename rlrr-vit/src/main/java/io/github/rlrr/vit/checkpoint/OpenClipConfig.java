package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * OpenCLIP's {@code open_clip_config.json}: {@code model_cfg} with {@code vision_cfg}, and {@code
 * preprocess_cfg}.
 *
 * @param json the whole file
 * @param model its {@code model_cfg}
 * @param vision the {@code vision_cfg} in that
 */
record OpenClipConfig(JsonFields json, JsonFields model, JsonFields vision) implements ModelConfig {

    /** The file's name in a folder. */
    static final String FILE = "open_clip_config.json";

    /** What a tower may be told that changes nothing here, or is checked below. */
    private static final Set<String> KNOWN =
            Set.of(
                    "image_size",
                    "layers",
                    "width",
                    "patch_size",
                    "head_width",
                    "mlp_ratio",
                    "ls_init_value",
                    "patch_dropout",
                    "output_dim");

    /** Others, with the only value of each that ours has. */
    private static final Map<String, String> ONLY =
            Map.of(
                    "pool_type", "\"tok\"",
                    "attentional_pool", "false",
                    "no_ln_pre", "false",
                    "final_ln_after_pool", "false",
                    "global_average_pool", "false",
                    "output_tokens", "false",
                    "input_patchnorm", "false",
                    "pos_embed_type", "\"learnable\"");

    static @Nullable OpenClipConfig of(@Nullable JsonFields json) throws IOException {
        if (json == null) {
            return null;
        }
        JsonFields model = json.object("model_cfg");
        JsonFields vision = model == null ? null : model.object("vision_cfg");
        if (model == null || vision == null) {
            throw json.fault("model_cfg", "an object with vision_cfg");
        }
        if (vision.has("layers") && vision.json().get("layers").isJsonArray()) {
            throw vision.unsupported("layers", "a ResNet");
        }
        for (String key : new TreeSet<>(vision.json().keySet())) {
            String only = ONLY.get(key);
            boolean plain =
                    KNOWN.contains(key)
                            || !vision.has(key)
                            || vision.json().get(key).toString().equals(only);
            if (!plain) {
                throw vision.unsupported(key, only == null ? "a variation" : "other than " + only);
            }
        }
        return new OpenClipConfig(json, model, vision);
    }

    @Override
    public String layout() {
        return PublishedLayouts.OPEN_CLIP;
    }

    @Override
    public Map<VitVariation, Said> variations() throws IOException {
        Map<VitVariation, Said> said = new EnumMap<>(VitVariation.class);
        boolean quick = model.flag("quick_gelu", false);
        said.put(
                VitVariation.QUICK_GELU,
                new Said("model_cfg.quick_gelu", Boolean.toString(quick), quick));
        return said;
    }

    @Override
    public boolean saysRotation() {
        return true;
    }

    @Override
    public int heads(int width) throws IOException {
        return Math.max(1, width / vision.size("head_width", 64));
    }

    @Override
    public float layerNormEpsilon() {
        return 0;
    }

    @Override
    public int @Nullable [] imageSize() throws IOException {
        return HuggingFaceConfig.square(vision, "image_size");
    }

    @Override
    public List<Claim> claims() throws IOException {
        List<Claim> claims = new ArrayList<>();
        claim(claims, Size.WIDTH, "width");
        claim(claims, Size.DEPTH, "layers");
        claim(claims, Size.PATCH_SIZE, "patch_size");
        return claims;
    }

    private void claim(List<Claim> claims, Size size, String key) throws IOException {
        if (vision.has(key)) {
            claims.add(new Claim(size, vision.prefix() + key, vision.size(key, 0)));
        }
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    /** The shorter side is resized to the whole, and the centre is cut out. */
    @Override
    public Optional<Preprocessing> preprocessing(BackboneConfig geometry) throws IOException {
        JsonFields said = json.object("preprocess_cfg");
        List<Float> mean = said == null ? null : said.colours("mean");
        List<Float> std = said == null ? null : said.colours("std");
        if (said == null || mean == null || std == null) {
            return Optional.empty();
        }
        Crop.Mode mode =
                switch (said.text("resize_mode", "shortest")) {
                    case "shortest" -> Crop.Mode.CENTER;
                    case "squash" -> Crop.Mode.SQUASH;
                    default -> throw said.fault("resize_mode", "shortest or squash");
                };
        Interpolation filter =
                switch (said.text("interpolation", "bicubic")) {
                    case "bicubic" -> Interpolation.BICUBIC;
                    case "bilinear" -> Interpolation.BILINEAR;
                    default -> throw said.fault("interpolation", "bicubic or bilinear");
                };
        return Optional.of(
                new Preprocessing(
                        geometry.imageHeight(),
                        geometry.imageWidth(),
                        filter,
                        mean,
                        std,
                        new Crop(mode, 1),
                        sixteenBit()));
    }
}
