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
        checkComponents(type, json, "config");
        try {
            return GSON.fromJson(json, type);
        } catch (JsonParseException | NullPointerException e) {
            throw new IllegalArgumentException("config is malformed: " + rootMessage(e), e);
        } catch (RuntimeException e) {
            // Gson wraps what a record's constructor throws.
            throw new IllegalArgumentException("config: " + rootMessage(e), e);
        }
    }

    /** Gson would leave null what is missing and what an enum does not know. */
    private static void checkComponents(Class<?> type, JsonObject json, String path) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = path + "." + component.getName();
            JsonElement value = json.get(component.getName());
            if (value == null || value.isJsonNull()) {
                throw new IllegalArgumentException(name + " is missing");
            }
            Class<?> expected = component.getType();
            if (expected.isEnum()
                    && (!value.isJsonPrimitive() || GSON.fromJson(value, expected) == null)) {
                throw new IllegalArgumentException(name + " is " + value + ", which is unknown");
            }
            if (expected == int.class || expected == long.class) {
                requireWhole(name, value);
            }
            if (expected.isRecord()) {
                if (!value.isJsonObject()) {
                    throw new IllegalArgumentException(
                            name + " is " + value + ", expected an object");
                }
                checkComponents(expected, value.getAsJsonObject(), name);
            }
            if (value.isJsonArray()) {
                for (JsonElement element : value.getAsJsonArray()) {
                    if (element.isJsonNull()) {
                        throw new IllegalArgumentException(name + " holds null");
                    }
                }
            }
        }
    }

    /** Gson would cut 1.5 down to 1. */
    private static void requireWhole(String name, JsonElement value) {
        try {
            value.getAsBigDecimal().longValueExact();
        } catch (ArithmeticException | IllegalStateException | UnsupportedOperationException e) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", expected a whole number", e);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is " + value + ", expected a number", e);
        }
    }

    private static String rootMessage(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
