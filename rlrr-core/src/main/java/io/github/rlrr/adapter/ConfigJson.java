package io.github.rlrr.adapter;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.lang.reflect.RecordComponent;
import java.util.Map;

/** Turns configurations into JSON and back. A file names its method; it never names a class. */
final class ConfigJson {

    private static final Gson GSON = new Gson();

    private static final Map<String, Class<? extends AdapterConfig>> METHODS =
            Map.of(
                    RlrrConfig.METHOD, RlrrConfig.class,
                    LinearProbeConfig.METHOD, LinearProbeConfig.class);

    private ConfigJson() {}

    static JsonElement toJson(AdapterConfig config) {
        return GSON.toJsonTree(config);
    }

    /**
     * Reads a configuration; IllegalArgumentException says what is wrong with it.
     *
     * @param method the method's name
     * @param json the object {@link #toJson} made
     */
    static AdapterConfig fromJson(String method, JsonObject json) {
        Class<? extends AdapterConfig> type = METHODS.get(method);
        if (type == null) {
            throw new IllegalArgumentException(
                    "method is \""
                            + method
                            + "\", expected one of "
                            + METHODS.keySet().stream().sorted().toList());
        }
        for (RecordComponent component : type.getRecordComponents()) {
            JsonElement value = json.get(component.getName());
            if (value == null || value.isJsonNull()) {
                throw new IllegalArgumentException("config." + component.getName() + " is missing");
            }
            if (component.getType().isEnum() && enumValue(component, value) == null) {
                throw new IllegalArgumentException(
                        "config." + component.getName() + " is " + value + ", which is unknown");
            }
        }
        try {
            return GSON.fromJson(json, type);
        } catch (JsonParseException | NullPointerException e) {
            throw new IllegalArgumentException("config is malformed: " + rootMessage(e), e);
        } catch (RuntimeException e) {
            // Gson wraps what a record's constructor throws.
            throw new IllegalArgumentException("config: " + rootMessage(e), e);
        }
    }

    private static Object enumValue(RecordComponent component, JsonElement value) {
        return GSON.fromJson(value, component.getType());
    }

    private static String rootMessage(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
