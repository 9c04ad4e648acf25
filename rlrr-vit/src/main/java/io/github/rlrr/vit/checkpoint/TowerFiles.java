package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The {@code config.json} that {@link TowerConfig} reads, of a classifier on an image tower. */
final class TowerFiles {

    private TowerFiles() {}

    /**
     * The keys of the whole model, of which the classifier has the image tower.
     *
     * @throws IllegalArgumentException for images that are not square, which these classes lack
     */
    static Map<String, Object> config(VitConfig config) {
        if (config.imageHeight() != config.imageWidth()) {
            throw new IllegalArgumentException(
                    "images of %sx%s are not square, as Hugging Face's CLIP and SigLIP expect; choose another layout, such as timm's"
                            .formatted(config.imageHeight(), config.imageWidth()));
        }
        boolean clip = TowerLayout.isClip(config);
        Map<String, Object> tower = new LinkedHashMap<>();
        tower.put("model_type", clip ? "clip_vision_model" : "siglip_vision_model");
        tower.put("hidden_size", config.width());
        tower.put("intermediate_size", config.mlpWidth());
        tower.put("num_hidden_layers", config.depth());
        tower.put("num_attention_heads", config.heads());
        tower.put("num_channels", VitConfig.CHANNELS);
        tower.put("image_size", config.imageHeight());
        tower.put("patch_size", config.patchSize());
        tower.put("hidden_act", activation(config));
        tower.put("layer_norm_eps", CheckpointFolder.shortest(config.layerNormEpsilon()));
        tower.put("attention_dropout", 0.0);
        if (!clip) {
            tower.put("vision_use_head", false); // the classifier does not pool by attention
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of((clip ? "CLIP" : "Siglip") + "ForImageClassification"));
        json.put("model_type", clip ? "clip" : "siglip");
        json.put("vision_config", tower);
        return json;
    }

    private static String activation(VitConfig config) {
        if (config.variations().contains(VitVariation.QUICK_GELU)) {
            return "quick_gelu";
        }
        return config.variations().contains(VitVariation.TANH_GELU) ? "gelu_pytorch_tanh" : "gelu";
    }
}
