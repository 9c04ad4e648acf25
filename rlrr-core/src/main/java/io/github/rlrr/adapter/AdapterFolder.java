package io.github.rlrr.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.DistinctNames;
import io.github.rlrr.io.JsonFile;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.ConfigJson;
import io.github.rlrr.method.FrozenStatistics;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An adapter on disk: {@code adapter_config.json} and {@code adapter_model.safetensors}.
 *
 * <p>The tensors are float32 under their full names. The configuration is written last, see {@link
 * WholeFolder}: a folder that has one is whole.
 */
public final class AdapterFolder {

    /** The configuration's file name. */
    public static final String CONFIG_FILE = "adapter_config.json";

    /** The tensors' file name. */
    public static final String TENSOR_FILE = "adapter_model.safetensors";

    /** The version of the folder's format that this library writes. */
    public static final int FORMAT_VERSION = 1;

    private static final int LONGEST_MESSAGE = 400;
    private static final String STATISTICS = "running_statistics";
    private static final String FROZEN = "frozen";
    private static final String REJECT = "reject_below";
    private static final String TASK = "task";
    private static final String NAME = "name";
    private static final String PRECISION = "precision";

    /**
     * Keys of later versions that change what an adapter answers. They are left out where it
     * answers as in this version.
     */
    private static final List<String> RESERVED = List.of("pooling", "position_rule");

    private static final String BIT_DEPTH = "bit_depth";
    private static final Gson GSON =
            new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                    .create();

    /**
     * What the configuration file says.
     *
     * @param config what is adapted and how
     * @param metadata what travels with the adapter
     * @param baseFingerprint the digest of the base's weights
     * @param libraryVersion the version of this library that wrote the folder
     */
    public record Description(
            AdapterConfig config,
            AdapterMetadata metadata,
            String baseFingerprint,
            String libraryVersion) {}

    private AdapterFolder() {}

    static void save(Path folder, AdaptedBlock adapted, AdapterMetadata metadata)
            throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        adapted.adapter().saved().forEach((name, p) -> tensors.put(name, p.getArray()));
        requireFinite(tensors);
        JsonObject base = new JsonObject();
        base.addProperty("name", metadata.baseModel());
        base.addProperty("fingerprint", adapted.baseFingerprint());
        JsonObject json = new JsonObject();
        json.addProperty("format_version", FORMAT_VERSION);
        json.addProperty("peft_type", "RLRR");
        json.addProperty("method", adapted.config().method());
        json.addProperty("library_version", libraryVersion());
        json.add("base_model", base);
        json.add("config", ConfigJson.toJson(FrozenStatistics.methodOf(adapted.config())));
        if (adapted.config().freezesStatistics()) {
            json.addProperty(STATISTICS, FROZEN);
        }
        json.add("class_names", GSON.toJsonTree(metadata.classNames()));
        json.add("preprocessing", GSON.toJsonTree(metadata.preprocessing()));
        if (metadata.rejectBelow() > 0) {
            json.addProperty(REJECT, metadata.rejectBelow());
        }
        if (!metadata.task().equals(Tasks.USUAL)) {
            JsonObject task = new JsonObject();
            task.addProperty(NAME, metadata.task());
            metadata.kept().forEach((key, value) -> task.add(key, GSON.toJsonTree(value)));
            json.add(TASK, task);
        }
        if (!metadata.precision().isEmpty()) {
            json.addProperty(PRECISION, metadata.precision());
        }
        try (WholeFolder files = WholeFolder.replace(folder)) {
            files.add(
                    TENSOR_FILE,
                    SafetensorsWriter.content(
                            folder.resolve(TENSOR_FILE), tensors, Map.of("format", "pt")));
            files.add(CONFIG_FILE, AtomicFile.text(GSON.toJson(json) + "\n"));
            files.finish();
        }
    }

    /** A spoiled adapter must not look like a trained one. */
    private static void requireFinite(Map<String, NDArray> tensors) {
        List<String> spoiled =
                tensors.entrySet().stream()
                        .filter(tensor -> !Merge.isFinite(tensor.getValue()))
                        .map(Map.Entry::getKey)
                        .toList();
        if (!spoiled.isEmpty()) {
            throw new ArithmeticException(
                    "the adapter holds NaN or infinite values, in "
                            + spoiled.size()
                            + " of "
                            + tensors.size()
                            + " tensors, the first of them "
                            + spoiled.get(0)
                            + ": it is not saved; train again with a lower learning rate");
        }
    }

    private static String libraryVersion() {
        String version = AdapterFolder.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /**
     * Reads an adapter's configuration without its tensors. Classes of one name are told apart,
     * with a warning, as {@link DistinctNames} does.
     *
     * @param folder the adapter folder
     * @return the description
     * @throws IOException in one line when the folder holds no adapter, is half written or its
     *     configuration is malformed
     */
    public static Description describe(Path folder) throws IOException {
        Description said = read(folder);
        AdapterMetadata metadata = said.metadata();
        List<String> names =
                DistinctNames.of(metadata.classNames(), folder.resolve(CONFIG_FILE).toString());
        return new Description(
                said.config(),
                metadata.withClassNames(names),
                said.baseFingerprint(),
                said.libraryVersion());
    }

    private static Description read(Path folder) throws IOException {
        WholeFolder.requireWhole(folder);
        Path file = folder.resolve(CONFIG_FILE);
        if (!Files.isRegularFile(file)) {
            throw NoAdapter.at(folder);
        }
        JsonObject json = JsonFile.object(file);
        IOException foreign = NoAdapter.foreign(folder, json);
        if (foreign != null) {
            throw foreign;
        }
        try {
            return description(json);
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException e) {
            throw new IOException(
                    file + " is no valid adapter configuration: " + shown(e.getMessage()), e);
        }
    }

    /** A message in one line of bearable length, since it may quote what the file holds. */
    static String shown(@Nullable String message) {
        String text = String.valueOf(message);
        String start =
                text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "…";
        return start.replaceAll("[\\p{Cntrl}\u0085\u2028\u2029]", "?");
    }

    private static Description description(JsonObject json) {
        double version = Required.number("format_version", Required.value(json, "format_version"));
        if (version != FORMAT_VERSION) {
            throw new IllegalArgumentException(
                    "format_version is "
                            + json.get("format_version")
                            + ", this library reads "
                            + FORMAT_VERSION
                            + "; use a newer one");
        }
        JsonObject preprocessed = Required.object(json, "preprocessing");
        RESERVED.forEach(key -> refuse(key, json.get(key)));
        refuse("preprocessing." + BIT_DEPTH, preprocessed.get(BIT_DEPTH));
        AdapterConfig config =
                policy(
                        json,
                        ConfigJson.fromJson(
                                Required.text(json, "method"), Required.object(json, "config")));
        JsonObject base = Required.object(json, "base_model");
        List<String> classes = new ArrayList<>();
        Required.array(json, "class_names")
                .forEach(name -> classes.add(Required.text("class_names", name)));
        String task = Tasks.USUAL;
        Map<String, Object> kept = new LinkedHashMap<>();
        if (json.has(TASK)) {
            JsonObject said = Required.object(json, TASK);
            task = Required.text(said, NAME);
            kept.putAll(map(said));
            kept.remove(NAME);
        }
        Tasks.kept(task, kept, classes.size());
        JsonElement reject = json.get(REJECT);
        AdapterMetadata metadata =
                new AdapterMetadata(
                        Required.text(base, "name"),
                        classes,
                        map(preprocessed),
                        reject == null ? 0 : Required.number(REJECT, reject),
                        task,
                        kept,
                        json.has(PRECISION) ? Required.text(json, PRECISION) : "");
        return new Description(
                config,
                metadata,
                Required.text(base, "fingerprint"),
                Required.text(json, "library_version"));
    }

    private static Map<String, Object> map(JsonObject json) {
        return GSON.fromJson(json, new TypeToken<Map<String, Object>>() {}.getType());
    }

    private static void refuse(String key, @Nullable JsonElement value) {
        if (value != null) {
            throw new IllegalArgumentException(
                    key
                            + " is "
                            + value
                            + ", which this version of the library does not know; use a newer one");
        }
    }

    /** Absent means the adapter's own copies, as in every folder before there was a choice. */
    private static AdapterConfig policy(JsonObject json, AdapterConfig config) {
        JsonElement statistics = json.get(STATISTICS);
        if (statistics == null) {
            return config;
        }
        if (!statistics.equals(new JsonPrimitive(FROZEN))) {
            throw new IllegalArgumentException(
                    STATISTICS
                            + " is "
                            + statistics
                            + ", expected \""
                            + FROZEN
                            + "\" or no such key");
        }
        return config.withFrozenStatistics();
    }

    static AdaptedBlock load(Path folder, Block base, ModuleTree tree) throws IOException {
        return load(folder, base, tree, adapter -> Fingerprint.of(tree, adapter));
    }

    /** Loads with the base's fingerprint for an adapter from elsewhere than its weights. */
    static AdaptedBlock load(
            Path folder, Block base, ModuleTree tree, Function<Adapter, String> fingerprints)
            throws IOException {
        Description description = read(folder);
        Adapter adapter;
        try {
            adapter = new Adapter(tree, description.config());
        } catch (IllegalArgumentException e) {
            throw new IOException(folder + " does not fit this base: " + e.getMessage(), e);
        }
        try {
            String fingerprint = fingerprints.apply(adapter);
            if (!fingerprint.equals(description.baseFingerprint())) {
                throw new IOException(
                        folder
                                + " was trained on another base: on "
                                + description.metadata().baseModel()
                                + " with weights "
                                + description.baseFingerprint()
                                + ", this base has "
                                + fingerprint
                                + "; pass the checkpoint it was trained on, with weights held in"
                                + " the same type");
            }
            try (TensorReader reader = TensorReader.open(folder.resolve(TENSOR_FILE))) {
                AdapterTensors.fill(adapter, reader);
            }
            if (!description.equals(read(folder))) {
                throw new IOException(folder + " was replaced while it was read; read it again");
            }
            return new AdaptedBlock(base, tree, adapter);
        } catch (IOException | RuntimeException e) {
            adapter.close();
            throw e;
        }
    }
}
