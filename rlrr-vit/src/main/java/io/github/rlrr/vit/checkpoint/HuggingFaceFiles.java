package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The JSON files that {@link HuggingFaceConfig} and {@link HuggingFacePreprocessor} read. */
final class HuggingFaceFiles {

    private HuggingFaceFiles() {}

    static Map<String, Object> config(
            VitConfig config, List<String> classNames, TensorType floats) {
        Map<String, Object> json =
                TowerLayout.isOne(config) ? TowerFiles.config(config) : config(config);
        putClasses(json, config.classes(), classNames);
        json.put("torch_dtype", floats == TensorType.F16 ? "float16" : "float32");
        return json;
    }

    /** Both ways, with Transformers' placeholders where names are not known. */
    static void putClasses(Map<String, Object> json, int classes, List<String> classNames) {
        Map<String, Object> names = new LinkedHashMap<>();
        Map<String, Object> ids = new LinkedHashMap<>();
        for (int i = 0; i < classes; i++) {
            String name = classNames.isEmpty() ? "LABEL_" + i : classNames.get(i);
            names.put(Integer.toString(i), name);
            ids.put(name, i);
        }
        json.put("id2label", names);
        json.put("label2id", ids);
    }

    private static Map<String, Object> config(VitConfig config) {
        Map<String, Object> json = new LinkedHashMap<>();
        Set<VitVariation> variations = config.variations();
        boolean registers = variations.contains(VitVariation.REGISTERS);
        boolean beit = BeitFiles.isOne(config);
        boolean dinov2 = !beit && variations.contains(VitVariation.LAYER_SCALE);
        String model =
                beit ? "Beit" : dinov2 ? registers ? "Dinov2WithRegisters" : "Dinov2" : "ViT";
        json.put("architectures", List.of(model + "ForImageClassification"));
        json.put(
                "model_type",
                beit
                        ? BeitLayout.TYPE
                        : dinov2 ? registers ? "dinov2_with_registers" : "dinov2" : "vit");
        json.put("hidden_size", config.width());
        json.put("num_hidden_layers", config.depth());
        json.put("num_attention_heads", config.heads());
        if (dinov2) {
            json.put("mlp_ratio", mlpRatio(config));
            json.put("use_swiglu_ffn", variations.contains(VitVariation.SWIGLU));
            json.put("num_register_tokens", config.registers());
        } else {
            json.put("intermediate_size", config.mlpWidth());
        }
        if (beit) {
            json.putAll(BeitLayout.written(config));
        }
        json.put("hidden_act", "gelu");
        json.put("hidden_dropout_prob", 0.0);
        json.put("attention_probs_dropout_prob", 0.0);
        json.put("initializer_range", 0.02);
        json.put("layer_norm_eps", CheckpointFolder.shortest(config.layerNormEpsilon()));
        boolean square = config.imageHeight() == config.imageWidth();
        json.put(
                "image_size",
                square ? config.imageHeight() : List.of(config.imageHeight(), config.imageWidth()));
        json.put("patch_size", config.patchSize());
        json.put("num_channels", VitConfig.CHANNELS);
        json.put("qkv_bias", !variations.contains(VitVariation.NO_QKV_BIAS));
        json.put("encoder_stride", config.patchSize());
        return json;
    }

    /** Transformers takes two thirds of a gated MLP's width, in steps of 8. */
    private static int mlpRatio(VitConfig config) {
        boolean gated = config.variations().contains(VitVariation.SWIGLU);
        for (int ratio = 1; ratio <= 16; ratio++) {
            int width = config.width() * ratio;
            if (config.mlpWidth() == (gated ? (width * 2 / 3 + 7) / 8 * 8 : width)) {
                return ratio;
            }
        }
        throw new IllegalArgumentException(
                "an MLP of %s for a width of %s is none of Hugging Face's DINOv2; choose another layout, such as timm's"
                        .formatted(config.mlpWidth(), config.width()));
    }

    /** {@code CLIPImageProcessor} is Transformers' plain processor that crops. */
    static Map<String, Object> preprocessor(Preprocessing preprocessing) {
        Crop crop = preprocessing.crop();
        int height = preprocessing.height();
        int width = preprocessing.width();
        Map<String, Object> json = new LinkedHashMap<>();
        boolean cropped = !crop.equals(Crop.NONE);
        json.put("image_processor_type", cropped ? "CLIPImageProcessor" : "ViTImageProcessor");
        json.put("do_convert_rgb", true);
        json.put("do_resize", true);
        boolean edge = crop.mode() == Crop.Mode.CENTER;
        if (edge && height != width) {
            throw new IllegalArgumentException(
                    "the preprocessing keeps the aspect ratio for images of "
                            + height
                            + "x"
                            + width
                            + ", which Hugging Face's processors do for squares only; choose another"
                            + " layout");
        }
        json.put(
                "size",
                edge
                        ? Map.of("shortest_edge", crop.resized(height))
                        : size(crop.resized(height), crop.resized(width)));
        json.put("resample", preprocessing.interpolation() == Interpolation.BICUBIC ? 3 : 2);
        if (cropped) {
            json.put("do_center_crop", true);
            json.put("crop_size", size(height, width));
        }
        json.put("do_rescale", true);
        json.put("rescale_factor", 1 / 255.0);
        json.put("do_normalize", true);
        json.put("image_mean", preprocessing.mean());
        json.put("image_std", preprocessing.std());
        ModelConfig.putSixteenBit(json, preprocessing);
        return json;
    }

    private static Map<String, Object> size(int height, int width) {
        Map<String, Object> size = new LinkedHashMap<>();
        size.put("height", height);
        size.put("width", width);
        return size;
    }
}
