package io.github.rlrr.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.tensor.AtomicFile;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
 * <p>The tensors are float32 under their full names. The configuration is written last: a folder
 * that has one is whole.
 */
public final class AdapterFolder {

    /** The configuration's file name. */
    public static final String CONFIG_FILE = "adapter_config.json";

    /** The tensors' file name. */
    public static final String TENSOR_FILE = "adapter_model.safetensors";

    /** The version of the folder's format that this library writes. */
    public static final int FORMAT_VERSION = 1;

    private static final long MAX_CONFIG_BYTES = 16L << 20;
    private static final int LONGEST_MESSAGE = 400;
    private static final String STATISTICS = "running_statistics";
    private static final String FROZEN = "frozen";
    private static final String REJECT = "reject_below";
    private static final String TASK = "task";
    private static final String NAME = "name";

    /**
     * Keys of later versions that change what an adapter answers. They are left out where it
     * answers as in this version; {@code precision}, which changes the rounding alone, is ignored.
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
        // An older configuration must not stand beside newer tensors, not even after a crash.
        Files.deleteIfExists(folder.resolve(CONFIG_FILE));
        SafetensorsWriter.write(folder.resolve(TENSOR_FILE), tensors, Map.of("format", "pt"));
        byte[] text = (GSON.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.resolve(CONFIG_FILE), out -> out.write(text));
    }

    private static String libraryVersion() {
        String version = AdapterFolder.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /**
     * Reads an adapter's configuration without its tensors.
     *
     * @param folder the adapter folder
     * @return the description
     * @throws IOException in one line when the folder holds no adapter or its configuration is
     *     malformed
     */
    public static Description describe(Path folder) throws IOException {
        Path file = folder.resolve(CONFIG_FILE);
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    folder
                            + " is no adapter folder: it has no "
                            + CONFIG_FILE
                            + (Files.isDirectory(folder) ? "" : " (the folder does not exist)"));
        }
        if (Files.size(file) > MAX_CONFIG_BYTES) {
            throw new IOException(
                    file
                            + " is "
                            + Files.size(file)
                            + " bytes, expected at most "
                            + MAX_CONFIG_BYTES);
        }
        try {
            JsonElement root = JsonParser.parseString(Files.readString(file));
            return description(root.getAsJsonObject());
        } catch (CharacterCodingException e) {
            throw new IOException(
                    file + " is no valid adapter configuration: it is not UTF-8 text", e);
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException e) {
            throw new IOException(
                    file + " is no valid adapter configuration: " + shown(e.getMessage()), e);
        }
    }

    /** A message in one line of bearable length, since it may quote what the file holds. */
    private static String shown(@Nullable String message) {
        String text = String.valueOf(message);
        String start =
                text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "…";
        return start.replaceAll("[\\p{Cntrl}\u0085\u2028\u2029]", "?");
    }

    private static Description description(JsonObject json) {
        int version = required(json, "format_version").getAsInt();
        if (version != FORMAT_VERSION) {
            throw new IllegalArgumentException(
                    "format_version is "
                            + version
                            + ", this library reads "
                            + FORMAT_VERSION
                            + "; use a newer one");
        }
        JsonObject preprocessed = required(json, "preprocessing").getAsJsonObject();
        RESERVED.forEach(key -> refuse(key, json.get(key)));
        refuse("preprocessing." + BIT_DEPTH, preprocessed.get(BIT_DEPTH));
        String method = required(json, "method").getAsString();
        AdapterConfig config =
                policy(
                        json,
                        ConfigJson.fromJson(method, required(json, "config").getAsJsonObject()));
        JsonObject base = required(json, "base_model").getAsJsonObject();
        List<String> classes = new ArrayList<>();
        JsonArray names = required(json, "class_names").getAsJsonArray();
        names.forEach(name -> classes.add(name.getAsString()));
        String task = Tasks.USUAL;
        Map<String, Object> kept = new LinkedHashMap<>();
        if (json.has(TASK)) {
            JsonObject said = json.get(TASK).getAsJsonObject();
            task = required(said, NAME).getAsString();
            kept.putAll(map(said));
            kept.remove(NAME);
        }
        Tasks.kept(task, kept);
        JsonElement reject = json.get(REJECT);
        AdapterMetadata metadata =
                new AdapterMetadata(
                        required(base, "name").getAsString(),
                        classes,
                        map(preprocessed),
                        reject == null ? 0 : reject.getAsDouble(),
                        task,
                        kept);
        return new Description(
                config,
                metadata,
                required(base, "fingerprint").getAsString(),
                required(json, "library_version").getAsString());
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

    private static JsonElement required(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value == null || value.isJsonNull()) {
            throw new IllegalArgumentException("\"" + key + "\" is missing");
        }
        return value;
    }

    static AdaptedBlock load(Path folder, Block base, ModuleTree tree) throws IOException {
        return load(folder, base, tree, adapter -> Fingerprint.of(tree, adapter));
    }

    /** Loads with the base's fingerprint for an adapter from elsewhere than its weights. */
    static AdaptedBlock load(
            Path folder, Block base, ModuleTree tree, Function<Adapter, String> fingerprints)
            throws IOException {
        Description description = describe(folder);
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
                                + "; pass the checkpoint it was trained on, with weights held in the"
                                + " same type");
            }
            try (TensorReader reader = TensorReader.open(folder.resolve(TENSOR_FILE))) {
                AdapterTensors.fill(adapter, reader);
            }
            return new AdaptedBlock(base, tree, adapter);
        } catch (IOException | RuntimeException e) {
            adapter.close();
            throw e;
        }
    }
}
