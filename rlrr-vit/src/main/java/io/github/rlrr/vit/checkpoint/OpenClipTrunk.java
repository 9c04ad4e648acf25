package io.github.rlrr.vit.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An {@code open_clip_config.json} whose image tower is one of timm's ({@code
 * vision_cfg.timm_model_name}), as timm's own {@code config.json} would say it. OpenCLIP gives such
 * a tower its name, pooling and image size, and no other activation.
 */
final class OpenClipTrunk {

    private static final String NAME = "timm_model_name";

    /** What is read, what changes nothing, and what OpenCLIP does not give to a tower of timm's. */
    private static final Set<String> KNOWN =
            Set.of(
                    NAME,
                    "timm_model_pretrained",
                    "timm_pool",
                    "timm_proj",
                    "timm_proj_bias",
                    "timm_drop",
                    "timm_drop_path",
                    "image_size",
                    "patch_dropout",
                    "layers",
                    "width",
                    "head_width",
                    "mlp_ratio",
                    "patch_size",
                    "ls_init_value",
                    "output_tokens");

    private OpenClipTrunk() {}

    /** Whether fields are what {@link #asTimm} made. */
    static boolean isOne(@Nullable JsonFields json) {
        return json != null && json.has("architecture");
    }

    /**
     * Says it as timm does.
     *
     * @param json the whole file, or null
     * @return the same where there is no tower of timm's
     * @throws IOException naming a key that is beyond us
     */
    static @Nullable JsonFields asTimm(@Nullable JsonFields json) throws IOException {
        JsonFields model = json == null ? null : json.object("model_cfg");
        JsonFields vision = model == null ? null : model.object("vision_cfg");
        if (json == null || vision == null || !vision.has(NAME)) {
            return json;
        }
        for (String key : vision.json().keySet()) {
            if (vision.has(key) && !KNOWN.contains(key)) {
                throw vision.unsupported(key, "a variation");
            }
        }
        JsonObject arguments = new JsonObject();
        String pool = vision.text("timm_pool", "avg");
        if (!pool.isEmpty()) { // else as the architecture has it
            arguments.addProperty("global_pool", pool);
        }
        JsonElement size = vision.json().get("image_size");
        if (size != null) {
            arguments.add("img_size", size);
        }
        JsonObject timm = new JsonObject();
        timm.addProperty("architecture", vision.text(NAME, "").replaceFirst("\\..*", ""));
        timm.add("model_args", arguments);
        JsonFields said = json.object("preprocess_cfg");
        if (said != null) {
            timm.add("pretrained_cfg", prepared(said));
        }
        return new JsonFields(json.file(), "", timm);
    }

    /** The shorter side is resized to the whole, and the centre is cut out. */
    private static JsonObject prepared(JsonFields said) throws IOException {
        JsonObject pretrained = new JsonObject();
        for (String key : new String[] {"mean", "std", "interpolation"}) {
            if (said.has(key)) {
                pretrained.add(key, said.json().get(key));
            }
        }
        String mode =
                switch (said.text("resize_mode", "shortest")) {
                    case "shortest" -> "center";
                    case "squash" -> "squash";
                    default -> throw said.fault("resize_mode", "shortest or squash");
                };
        pretrained.addProperty("crop_mode", mode);
        pretrained.addProperty("crop_pct", 1);
        return pretrained;
    }
}
