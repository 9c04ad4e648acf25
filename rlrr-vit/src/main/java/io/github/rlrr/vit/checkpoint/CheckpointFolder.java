package io.github.rlrr.vit.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a model as a folder that timm, Transformers or NumPy open as it is. */
final class CheckpointFolder {

    private static final Gson JSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private CheckpointFolder() {}

    /** The configuration is written last: a folder that has it is whole. */
    static List<Path> write(
            VisionTransformer vit,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata)
            throws IOException {
        VitConfig config = vit.config();
        Preprocessing preprocessing = Preprocessing.fromMap(metadata.preprocessing());
        List<String> classNames = metadata.classNames();
        check(config, preprocessing, classNames);
        List<Path> written = new ArrayList<>();
        Path weights =
                folder.resolve(layout == VitLayout.GOOGLE ? "model.npz" : "model.safetensors");
        CheckpointWriter.write(vit, layout, weights, floats);
        written.add(weights);
        if (layout == VitLayout.HUGGINGFACE) {
            Path file = folder.resolve(HuggingFacePreprocessor.FILE);
            writeJson(file, HuggingFaceFiles.preprocessor(preprocessing));
            written.add(file);
            file = folder.resolve(ModelConfig.FILE);
            writeJson(
                    file,
                    withThreshold(HuggingFaceFiles.config(config, classNames, floats), metadata));
            written.add(file);
        } else {
            // Google's own code needs none; this library reads it beside the npz.
            Path file = folder.resolve(ModelConfig.FILE);
            writeJson(
                    file,
                    withThreshold(TimmFiles.config(config, preprocessing, classNames), metadata));
            written.add(file);
        }
        return written;
    }

    private static Map<String, Object> withThreshold(
            Map<String, Object> json, AdapterMetadata metadata) {
        if (metadata.rejectBelow() > 0) {
            json.put(ModelConfig.REJECT, metadata.rejectBelow());
        }
        return json;
    }

    private static void check(
            VitConfig config, Preprocessing preprocessing, List<String> classNames) {
        if (preprocessing.height() != config.imageHeight()
                || preprocessing.width() != config.imageWidth()) {
            throw new IllegalArgumentException(
                    "the preprocessing gives images of %dx%d, the model expects %dx%d"
                            .formatted(
                                    preprocessing.height(),
                                    preprocessing.width(),
                                    config.imageHeight(),
                                    config.imageWidth()));
        }
        if (!classNames.isEmpty() && classNames.size() != config.classes()) {
            throw new IllegalArgumentException(
                    "%d class names, expected one for each of the model's %d classes, or none"
                            .formatted(classNames.size(), config.classes()));
        }
    }

    private static void writeJson(Path file, Map<String, Object> values) throws IOException {
        byte[] bytes = (JSON.toJson(values) + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, out -> out.write(bytes));
    }

    /** 1e-6f as 1.0E-6, not as the double next to it. */
    static double shortest(float value) {
        return Double.parseDouble(Float.toString(value));
    }
}
