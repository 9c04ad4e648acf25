package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Windows;
import io.github.rlrr.vit.swin.SwinConfig;
import io.github.rlrr.vit.swin.SwinVariation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The {@code config.json} of a Swin Transformer, as timm and Transformers read it. */
final class SwinFiles {

    private static final float EPSILON = 1e-5f;

    private SwinFiles() {}

    /**
     * The layout by which a model is written.
     *
     * @throws IllegalArgumentException when it has no model of the kind
     */
    static SwinLayout layout(SwinConfig config, VitLayout layout) {
        boolean v2 = config.has(SwinVariation.V2);
        return switch (layout) {
            case TIMM -> SwinLayout.ALL.get(v2 ? 1 : 0);
            case HUGGINGFACE -> SwinLayout.ALL.get(v2 ? 5 : 4);
            case GOOGLE ->
                    throw new IllegalArgumentException(
                            "the layout of Google has no Swin Transformer; choose timm or"
                                    + " huggingface");
        };
    }

    static Map<String, Object> config(
            SwinConfig config,
            VitLayout layout,
            Preprocessing preprocessing,
            List<String> classNames,
            TensorType floats) {
        return layout == VitLayout.HUGGINGFACE
                ? huggingFace(config, classNames, floats)
                : timm(config, preprocessing, classNames);
    }

    /** Refuses a model that another library would cut into other windows. */
    private static void requireSame(SwinConfig config, SwinConfig theirs, String library) {
        for (int stage = 0; stage < config.stages(); stage++) {
            for (int block = 0; block < Math.min(2, config.depths().get(stage)); block++) {
                Windows own = config.windows(stage, block);
                Windows other = theirs.windows(stage, block);
                if (!own.equals(other) && !(own.isWhole() && own.withFill(other).equals(other))) {
                    throw new IllegalArgumentException(
                            "at %sx%s pixels %s cuts stage %s (%sx%s tokens) into other windows; choose another layout or image size"
                                    .formatted(
                                            config.imageHeight(),
                                            config.imageWidth(),
                                            library,
                                            stage,
                                            own.gridHeight(),
                                            own.gridWidth()));
                }
            }
        }
    }

    /**
     * Refuses oblong images at which Transformers' Swin V2, which looks at the height of a grid
     * alone, cuts other windows than its Swin, which looks at the shorter side.
     */
    static void requireHeightAlone(SwinConfig config) {
        for (int stage = 0; stage < config.stages(); stage++) {
            int side = config.windows().get(stage);
            int rows = config.gridHeight(stage);
            Windows own = config.windows(stage, 1);
            boolean shifts = config.depths().get(stage) > 1;
            if (Math.min(rows, side) != own.height()
                    || own.height() != own.width()
                    || (shifts && (rows > side) != (own.shiftHeight() > 0))) {
                throw new IllegalArgumentException(
                        "at %sx%s pixels Hugging Face's Swin V2 cuts stage %s (%sx%s tokens) into other windows; choose a square image size, or another layout"
                                .formatted(
                                        config.imageHeight(),
                                        config.imageWidth(),
                                        stage,
                                        rows,
                                        config.gridWidth(stage)));
            }
        }
    }

    /** Refuses grids smaller than a window, which Transformers' Swin has no tables for. */
    private static void requireWholeTables(SwinConfig config) {
        for (int stage = 0; stage < config.stages(); stage++) {
            Windows own = config.windows(stage, 0);
            int side = config.windows().get(stage);
            if (own.height() != side || own.width() != side) {
                throw new IllegalArgumentException(
                        "at %sx%s pixels stage %s has windows of %sx%s tokens, but the layout of Hugging Face has tables for %s alone; choose another layout, such as timm's"
                                .formatted(
                                        config.imageHeight(),
                                        config.imageWidth(),
                                        stage,
                                        own.height(),
                                        own.width(),
                                        side + "x" + side));
            }
        }
    }

    private static Map<String, Object> timm(
            SwinConfig config, Preprocessing preprocessing, List<String> classNames) {
        requireSame(
                config,
                config.without(SwinVariation.FILLED_FIRST, SwinVariation.WHOLE_WINDOWS),
                "timm");
        if (config.layerNormEpsilon() != EPSILON) {
            throw new IllegalArgumentException(
                    "timm's Swin Transformers have norms with epsilon 1e-5, not %s; choose another layout"
                            .formatted(config.layerNormEpsilon()));
        }
        boolean v2 = config.has(SwinVariation.V2);
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("img_size", List.of(config.imageHeight(), config.imageWidth()));
        arguments.put("patch_size", config.patchSize());
        arguments.put("embed_dim", config.width());
        arguments.put("depths", config.depths());
        arguments.put("num_heads", config.heads());
        arguments.put("window_size", config.windows());
        if (v2) {
            arguments.put("pretrained_window_sizes", config.trainedWindows());
        }
        arguments.put("mlp_ratio", TimmFiles.ratio(config.mlpWidth(), config.width()));
        return TimmFiles.json(
                v2 ? "swinv2_tiny_window8_256" : "swin_tiny_patch4_window7_224",
                config,
                arguments,
                "avg",
                "head.fc",
                EPSILON,
                preprocessing,
                classNames);
    }

    private static Map<String, Object> huggingFace(
            SwinConfig config, List<String> classNames, TensorType floats) {
        if (config.windows().stream().distinct().count() > 1) {
            throw new IllegalArgumentException(
                    "the layout of Hugging Face has windows of one size, not of %s; choose another layout, such as timm's"
                            .formatted(config.windows()));
        }
        requireSame(
                config,
                config.without(SwinVariation.WHOLE_WINDOWS).with(SwinVariation.FILLED_FIRST),
                "Hugging Face");
        boolean v2 = config.has(SwinVariation.V2);
        if (v2) {
            requireHeightAlone(config);
        } else {
            requireWholeTables(config);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "architectures",
                List.of(v2 ? "Swinv2ForImageClassification" : "SwinForImageClassification"));
        json.put("model_type", v2 ? "swinv2" : "swin");
        boolean square = config.imageHeight() == config.imageWidth();
        json.put(
                "image_size",
                square ? config.imageHeight() : List.of(config.imageHeight(), config.imageWidth()));
        json.put("patch_size", config.patchSize());
        json.put("num_channels", SwinConfig.CHANNELS);
        json.put("embed_dim", config.width());
        json.put("depths", config.depths());
        json.put("num_heads", config.heads());
        json.put("window_size", config.windows().get(0));
        if (v2) {
            json.put("pretrained_window_sizes", config.trainedWindows());
        }
        json.put("mlp_ratio", TimmFiles.ratio(config.mlpWidth(), config.width()));
        json.put("qkv_bias", true);
        json.put("hidden_dropout_prob", 0.0);
        json.put("attention_probs_dropout_prob", 0.0);
        json.put("drop_path_rate", 0.0);
        json.put("hidden_act", "gelu");
        json.put("use_absolute_embeddings", false);
        json.put("initializer_range", 0.02);
        json.put("layer_norm_eps", CheckpointFolder.shortest(config.layerNormEpsilon()));
        json.put("hidden_size", config.embeddingWidth());
        HuggingFaceFiles.putClasses(json, config.classes(), classNames);
        json.put("torch_dtype", floats == TensorType.F16 ? "float16" : "float32");
        return json;
    }
}
