package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code preprocessor_config.json} of Hugging Face's image processors: a squash to {@code
 * size}, or {@code shortest_edge} and a centre crop.
 */
final class HuggingFacePreprocessor {

    /** The file's name in a folder. */
    static final String FILE = "preprocessor_config.json";

    /** The file of a whole CLIP or SigLIP in Transformers 5, with one for its texts, too. */
    private static final String WHOLE = "processor_config.json";

    private static final double RESCALE = 1 / 255.0;

    /** Pillow's codes. */
    private static final List<String> FILTERS =
            List.of("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming");

    private HuggingFacePreprocessor() {}

    /** The settings in a folder, alone or in those of a whole model; null for none. */
    static @Nullable JsonFields find(Path folder) throws IOException {
        JsonFields alone = JsonFields.read(folder.resolve(FILE));
        JsonFields whole = alone == null ? JsonFields.read(folder.resolve(WHOLE)) : null;
        return whole == null ? alone : whole.object("image_processor");
    }

    /**
     * Reads a processor's settings.
     *
     * @throws IOException naming the key that is malformed, missing or beyond us
     */
    static Preprocessing read(JsonFields json) throws IOException {
        if (!json.flag("do_resize", true)) {
            throw json.fault("do_resize", "true: images of any size are resized");
        }
        double factor = json.number("rescale_factor", RESCALE);
        if (!json.flag("do_rescale", true) || Math.abs(factor - RESCALE) > 1e-6) {
            throw json.fault("rescale_factor", "1/255 with do_rescale");
        }
        List<Float> mean = List.of(0f, 0f, 0f);
        List<Float> std = List.of(1f, 1f, 1f);
        if (json.flag("do_normalize", true)) {
            mean = required(json, "image_mean");
            std = required(json, "image_std");
        }
        int[] resized = resized(json);
        Interpolation filter = filter(json);
        int[] input = resized;
        Crop crop = Crop.NONE;
        try {
            if (json.flag("do_center_crop", false)) {
                input = size(json, "crop_size");
                crop = crop(json, input, resized);
            } else if (resized.length == 1) {
                throw json.fault("size", "height and width, or shortest_edge with do_center_crop");
            }
            return new Preprocessing(
                    input[0], input[1], filter, mean, std, crop, ModelConfig.sixteenBit(json));
        } catch (IllegalArgumentException e) {
            throw new IOException(json.file() + ": " + e.getMessage(), e);
        }
    }

    private static List<Float> required(JsonFields json, String key) throws IOException {
        List<Float> values = json.colours(key);
        if (values == null) {
            throw json.fault(key, "three numbers, for red, green and blue");
        }
        return values;
    }

    private static Crop crop(JsonFields json, int[] input, int[] resized) throws IOException {
        if (resized.length == 1) {
            if (input[0] != input[1]) {
                throw json.fault("crop_size", "a square, since size has a shortest_edge");
            }
            return Crop.of(Crop.Mode.CENTER, input[0], resized[0]);
        }
        Crop crop = Crop.of(Crop.Mode.SQUASH, input[0], resized[0]);
        if (crop.resized(input[1]) != resized[1]) {
            throw json.fault("crop_size", "the same proportion of size in height and width");
        }
        return crop;
    }

    /** Height and width, or the shortest edge alone. */
    private static int[] resized(JsonFields json) throws IOException {
        // An old file's single number is an edge for CLIP's processor, a square for the others.
        String processor =
                json.text("image_processor_type", json.text("feature_extractor_type", ""));
        int[] plain = plain(json, "size");
        if (plain != null) {
            return processor.startsWith("CLIP") ? new int[] {plain[0]} : plain;
        }
        JsonFields size = json.object("size");
        if (size != null && size.has("shortest_edge")) {
            return new int[] {size.size("shortest_edge", 0)};
        }
        return size(json, "size");
    }

    private static int[] size(JsonFields json, String key) throws IOException {
        int[] plain = plain(json, key);
        if (plain != null) {
            return plain;
        }
        JsonFields size = json.object(key);
        if (size == null || !size.has("height") || !size.has("width")) {
            throw json.fault(key, "height and width");
        }
        return new int[] {size.size("height", 0), size.size("width", 0)};
    }

    /** A number, or a list, where it is no object. */
    private static int @Nullable [] plain(JsonFields json, String key) throws IOException {
        boolean object = json.has(key) && json.json().get(key).isJsonObject();
        return object ? null : HuggingFaceConfig.square(json, key);
    }

    private static Interpolation filter(JsonFields json) throws IOException {
        double code = json.number("resample", 2);
        if (code == 2) {
            return Interpolation.BILINEAR;
        }
        if (code == 3) {
            return Interpolation.BICUBIC;
        }
        boolean known = code == Math.rint(code) && code >= 0 && code < FILTERS.size();
        throw json.fault(
                "resample",
                "2 (bilinear) or 3 (bicubic)"
                        + (known ? "; " + FILTERS.get((int) code) + " is not here" : ""));
    }
}
