package io.github.rlrr.vit.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.DistinctNames;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes a model as a folder that timm, Transformers or NumPy open as it is. */
final class CheckpointFolder {

    private static final Gson JSON =
            new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .serializeNulls() // what an architecture has and this network has not
                    .create();

    /** What the weights are called, in all layouts but Google's and in that. */
    static final String SAFETENSORS = "model.safetensors";

    static final String ARCHIVE = "model.npz";

    private CheckpointFolder() {}

    /**
     * The configuration is written last, or what comes after it: a folder that has it is whole.
     *
     * @param last a further file, by its name; may be empty
     */
    static List<Path> write(
            VisionTransformer vit,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata,
            Map<String, byte[]> last)
            throws IOException {
        VitConfig config = PlacedToken.written(layout, vit.config());
        Preprocessing preprocessing = Preprocessing.fromMap(metadata.preprocessing());
        List<String> classNames = DistinctNames.of(metadata.classNames(), folder.toString());
        check(config, preprocessing, classNames);
        layout.of(config); // refuses before anything is written
        // Google's own code needs none; this library reads it beside the npz.
        Map<String, Object> json =
                layout == VitLayout.HUGGINGFACE
                        ? HuggingFaceFiles.config(config, classNames, floats)
                        : TimmFiles.config(config, preprocessing, classNames);
        return write(
                folder,
                layout,
                (file, sink) -> CheckpointWriter.write(vit, layout, file, floats, sink),
                json,
                preprocessing,
                metadata,
                last);
    }

    /** Writes the weights of a network. */
    interface Weights {
        void write(Path file, CheckpointWriter.Sink sink) throws IOException;
    }

    /**
     * Writes a folder of any network, whose sizes have been checked.
     *
     * @param content writes the weights
     * @param json the configuration
     * @param last further files, by their names
     */
    static List<Path> write(
            Path folder,
            VitLayout layout,
            Weights content,
            Map<String, Object> json,
            Preprocessing preprocessing,
            AdapterMetadata metadata,
            Map<String, byte[]> last)
            throws IOException {
        String weights = layout == VitLayout.GOOGLE ? ARCHIVE : SAFETENSORS;
        List<String> stale = StaleFiles.beside(folder, weights);
        try (WholeFolder files = WholeFolder.replace(folder)) {
            stale.forEach(files::remove);
            content.write(folder.resolve(weights), text -> files.add(weights, text));
            if (layout == VitLayout.HUGGINGFACE) {
                addJson(
                        files,
                        HuggingFacePreprocessor.FILE,
                        HuggingFaceFiles.preprocessor(preprocessing));
            } else {
                // Another layout's, which would be read as part of this one.
                files.remove(HuggingFacePreprocessor.FILE);
            }
            addJson(files, ModelConfig.FILE, withAnswers(json, metadata));
            for (Map.Entry<String, byte[]> file : last.entrySet()) {
                files.add(file.getKey(), out -> out.write(file.getValue()));
            }
            return files.finish();
        }
    }

    private static Map<String, Object> withAnswers(
            Map<String, Object> json, AdapterMetadata metadata) {
        if (metadata.rejectBelow() > 0) {
            json.put(ModelConfig.REJECT, metadata.rejectBelow());
        }
        ModelConfig.putTask(json, metadata);
        return json;
    }

    /** Refuses preprocessing or class names of another network. */
    static void check(BackboneConfig config, Preprocessing preprocessing, List<String> classNames) {
        if (preprocessing.height() != config.imageHeight()
                || preprocessing.width() != config.imageWidth()) {
            throw new IllegalArgumentException(
                    "the preprocessing gives images of %sx%s, the model expects %sx%s"
                            .formatted(
                                    preprocessing.height(),
                                    preprocessing.width(),
                                    config.imageHeight(),
                                    config.imageWidth()));
        }
        if (!classNames.isEmpty() && classNames.size() != config.classes()) {
            throw new IllegalArgumentException(
                    "%s class names, expected one for each of the model's %s classes, or none"
                            .formatted(classNames.size(), config.classes()));
        }
    }

    private static void addJson(WholeFolder files, String name, Map<String, Object> values)
            throws IOException {
        files.add(name, AtomicFile.text(JSON.toJson(values) + "\n"));
    }

    /** 1e-6f as 1.0E-6, not as the double next to it. */
    static double shortest(float value) {
        return Double.parseDouble(Float.toString(value));
    }
}
