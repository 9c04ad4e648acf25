package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code config.json} beside a checkpoint says. Reading one refuses, by its key, what our
 * Vision Transformer does not have.
 */
interface ModelConfig {

    /** The file's name in a folder. */
    String FILE = "config.json";

    /** This library's addition to either form. */
    String REJECT = "reject_below";

    /** In it: its name. */
    String NAME = "name";

    /** Another: the task of a model that answers with other than one label, as adapters have it. */
    String TASK = "rlrr_task";

    /** Another: how 16-bit grey is read; beside pretrained_cfg, where timm refuses unknown keys. */
    String SIXTEEN_BIT = "sixteen_bit";

    /** Reads timm's or Hugging Face's, told apart by their keys; null where there is no file. */
    static @Nullable ModelConfig of(@Nullable JsonFields json) throws IOException {
        if (json == null) {
            return null;
        }
        if (json.has("architecture") || json.has("pretrained_cfg")) {
            return TimmConfig.of(json);
        }
        if (json.has("model_type") || json.has("hidden_size")) {
            TowerConfig tower = TowerConfig.of(json);
            return tower == null ? HuggingFaceConfig.of(json) : tower;
        }
        throw new IOException(
                json.file()
                        + " is no Vision Transformer's configuration: it has neither architecture"
                        + " (timm) nor model_type (Hugging Face)");
    }

    /** The label of the layout that its models' files have; null for any. */
    default @Nullable String layout() {
        return null;
    }

    /** The fields, for messages. */
    JsonFields json();

    /** The number of heads of a model of this width, or 0 where the file does not say. */
    int heads(int width) throws IOException;

    /** The heads of keys, one number for all blocks or one for each; empty where it is not said. */
    default List<Integer> keyHeads() throws IOException {
        return List.of();
    }

    /** The number of heads of a pooling by attention, or 0 for those of the blocks. */
    default int poolingHeads() throws IOException {
        return 0;
    }

    /** The ε of the layer norms, or 0 where the file does not say. */
    float layerNormEpsilon() throws IOException;

    /** Height and width of the input in pixels, or null where the file does not say. */
    int @Nullable [] imageSize() throws IOException;

    /** Sizes that the weights must have, to find out a configuration of other weights. */
    List<Claim> claims() throws IOException;

    /** Whether the weights have a variation, where the file says so, and under which key. */
    default Map<VitVariation, Said> variations() throws IOException {
        return Map.of();
    }

    /** How queries and keys are turned, where the file {@link #saysRotation}; null for not. */
    default @Nullable Rotary rotary() throws IOException {
        return null;
    }

    /** Whether the file says if queries and keys are turned, and how. */
    default boolean saysRotation() throws IOException {
        return false;
    }

    /** How its own code resizes a table of positions, where it is not as others of its layout. */
    default PositionEmbedding.@Nullable Rule positions() throws IOException {
        return null;
    }

    /** The model's kind, if it is one of which nothing is known but its name; else null. */
    default @Nullable String unknownKind() throws IOException {
        return null;
    }

    /** The classes' names in label order; empty where they are not known. */
    List<String> classNames() throws IOException;

    /** How 16-bit grey is read; as Pillow does where the file does not say. */
    default SixteenBit sixteenBit() throws IOException {
        return sixteenBit(json());
    }

    /** The same of any file that may say it. */
    static SixteenBit sixteenBit(JsonFields json) throws IOException {
        SixteenBit said = saidSixteenBit(json);
        return said == null ? SixteenBit.CLIP : said;
    }

    /** The same; null where the file does not say. */
    static @Nullable SixteenBit saidSixteenBit(JsonFields json) throws IOException {
        return json.has(SIXTEEN_BIT) ? SixteenBit.parse(json.text(SIXTEEN_BIT, "")) : null;
    }

    /** Says how 16-bit grey is read, where it is not as Pillow does. */
    static void putSixteenBit(Map<String, Object> json, Preprocessing preprocessing) {
        if (!preprocessing.sixteenBit().equals(SixteenBit.CLIP)) {
            json.put(SIXTEEN_BIT, preprocessing.sixteenBit().toString());
        }
    }

    /**
     * The probability below which an answer is not to be trusted; 0 where the file does not say.
     */
    default double rejectBelow() throws IOException {
        double probability = json().number(REJECT, 0);
        if (!(probability >= 0 && probability <= 1)) {
            throw json().fault(REJECT, "a number of 0 to 1");
        }
        return probability;
    }

    /** What the model answers with so many names; one label an image where there is no file. */
    static Task task(@Nullable ModelConfig said, int names) throws IOException {
        JsonFields task = said == null ? null : said.json().object(TASK);
        if (task == null) {
            return SingleLabel.USUAL;
        }
        Map<String, Object> kept = new LinkedHashMap<>(task.values());
        kept.remove(NAME);
        try {
            return Tasks.kept(task.text(NAME, ""), kept, names);
        } catch (IllegalArgumentException e) {
            throw new IOException(task.file() + ": " + e.getMessage(), e);
        }
    }

    /** Says what the model answers, where it is not one label. */
    static void putTask(Map<String, Object> json, AdapterMetadata metadata) {
        if (!metadata.task().equals(Tasks.USUAL)) {
            Map<String, Object> task = new LinkedHashMap<>(Map.of(NAME, metadata.task()));
            task.putAll(metadata.kept());
            json.put(TASK, task);
            if (json.containsKey("model_type")) {
                boolean labels = metadata.task().equals(MultiLabel.NAME);
                json.put("problem_type", labels ? "multi_label_classification" : "regression");
            }
        }
    }

    /** How inputs are prepared, as far as this file says. */
    Optional<Preprocessing> preprocessing(BackboneConfig geometry) throws IOException;

    /** A size of the model and the key that gives it. */
    record Claim(Size size, String key, int value) {}

    /** What a key says of a variation, and its value as the file has it. */
    record Said(String key, String value, boolean has) {

        /** The same words for something else. */
        Said with(boolean other) {
            return new Said(key, value, other);
        }
    }

    /** The sizes that both weights and configurations tell. */
    enum Size {
        WIDTH("width"),
        DEPTH("depth"),
        MLP_WIDTH("MLP width"),
        PATCH_SIZE("patch size");

        final String words;

        Size(String words) {
            this.words = words;
        }

        int of(CheckpointLayout.Geometry geometry) {
            return switch (this) {
                case WIDTH -> geometry.width();
                case DEPTH -> geometry.depth();
                case MLP_WIDTH -> geometry.mlpWidth();
                case PATCH_SIZE -> geometry.patchSize();
            };
        }
    }
}
