package io.github.rlrr.method;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializationContext;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializationContext;
import com.google.gson.JsonSerializer;
import io.github.rlrr.Internal;
import io.github.rlrr.io.JsonFile;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns configurations into JSON and back. A file names its method, which is looked up among those
 * there are; it never names a class.
 */
@Internal
public final class ConfigJson {

    /** Keys in snake_case and enum values in lower case, as Python's readers write them. */
    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .registerTypeHierarchyAdapter(Enum.class, new LowerCaseEnums())
                    .create();

    private static final class LowerCaseEnums
            implements JsonSerializer<Enum<?>>, JsonDeserializer<@Nullable Enum<?>> {

        @Override
        public JsonElement serialize(Enum<?> value, Type type, JsonSerializationContext context) {
            return new JsonPrimitive(value.name().toLowerCase(Locale.ROOT));
        }

        /** Null for a value the enum does not have, as Gson itself does. */
        @Override
        public @Nullable Enum<?> deserialize(
                JsonElement json, Type type, JsonDeserializationContext context) {
            String name = json.getAsString();
            for (Object constant : ((Class<?>) type).getEnumConstants()) {
                Enum<?> value = (Enum<?>) constant;
                if (value.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return value;
                }
            }
            return null;
        }
    }

    private ConfigJson() {}

    /**
     * Writes a configuration.
     *
     * @param config a record
     * @return its components under their names in snake_case
     */
    public static JsonElement toJson(Object config) {
        return GSON.toJsonTree(config);
    }

    /**
     * Reads a configuration.
     *
     * @param method the method's name
     * @param json the object {@link #toJson} made
     * @return the configuration
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static AdapterConfig fromJson(String method, JsonObject json) {
        return read(AdapterMethods.named(method).defaults().getClass(), json, "config");
    }

    /** Reads a configuration of a known class; messages call it by {@code what}. */
    static AdapterConfig read(Class<? extends AdapterConfig> type, JsonObject json, String what) {
        checkComponents(type, json, what);
        try {
            return GSON.fromJson(json, type);
        } catch (JsonParseException | NullPointerException e) {
            throw new IllegalArgumentException(what + " is malformed: " + rootMessage(e), e);
        } catch (RuntimeException e) {
            // Gson wraps what a record's constructor throws.
            throw new IllegalArgumentException(what + ": " + rootMessage(e), e);
        }
    }

    /**
     * Gson would leave null what is missing and what an enum does not know, and pass over a setting
     * of a newer version, which may change what the tensors mean.
     */
    private static void checkComponents(Class<?> type, JsonObject json, String path) {
        Set<String> known = new HashSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            known.add(key(component));
        }
        for (String key : json.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        path
                                + "."
                                + key
                                + " is unknown to this version of the library; it knows "
                                + known.stream().sorted().toList());
            }
        }
        for (RecordComponent component : type.getRecordComponents()) {
            String key = key(component);
            String name = path + "." + key;
            JsonElement value = json.get(key);
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
            if (expected == double.class || expected == float.class) {
                requireNumber(name, value);
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

    static String key(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
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

    private static void requireNumber(String name, JsonElement value) {
        double number;
        try {
            number = value.getAsDouble();
        } catch (NumberFormatException | IllegalStateException | UnsupportedOperationException e) {
            number = Double.NaN;
        }
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected a number");
        }
    }

    /** What one of our own checks says, else what lies at the bottom. */
    private static String rootMessage(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null && !(root instanceof IllegalArgumentException)) {
            root = root.getCause();
        }
        return JsonFile.reason(root);
    }
}
