package io.github.rlrr.vit.checkpoint;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.github.rlrr.io.JsonFile;
import io.github.rlrr.io.OneLine;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object in a file; every error names the file, the key and what is there. */
record JsonFields(Path file, String prefix, JsonObject json) {

    /** Reads a file that holds one object, or gives null where there is no such file. */
    static @Nullable JsonFields read(Path file) throws IOException {
        try {
            return new JsonFields(file, "", JsonFile.object(file));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private @Nullable JsonElement value(String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? null : value;
    }

    boolean has(String key) {
        return value(key) != null;
    }

    @Nullable JsonFields object(String key) throws IOException {
        JsonElement value = value(key);
        if (value == null) {
            return null;
        }
        if (!value.isJsonObject()) {
            throw fault(key, "an object");
        }
        return new JsonFields(file, prefix + key + ".", value.getAsJsonObject());
    }

    /** All values, as JSON's kinds of them. */
    Map<String, Object> values() {
        return new GsonBuilder()
                .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                .create()
                .fromJson(json, new TypeToken<Map<String, Object>>() {}.getType());
    }

    boolean flag(String key, boolean missing) throws IOException {
        JsonElement value = value(key);
        if (value == null) {
            return missing;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw fault(key, "true or false");
        }
        return value.getAsBoolean();
    }

    String text(String key, String missing) throws IOException {
        JsonElement value = value(key);
        if (value == null) {
            return missing;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw fault(key, "a text");
        }
        return value.getAsString();
    }

    double number(String key, double missing) throws IOException {
        JsonElement value = value(key);
        return value == null ? missing : number(key, value);
    }

    private double number(String key, JsonElement value) throws IOException {
        if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()) {
            double number = value.getAsDouble();
            if (Double.isFinite(number)) {
                return number;
            }
        }
        throw fault(key, "a number");
    }

    /** A whole number of at least 1, or {@code missing}. */
    int size(String key, int missing) throws IOException {
        JsonElement value = value(key);
        return value == null ? missing : size(key, value);
    }

    private int size(String key, JsonElement value) throws IOException {
        double number = number(key, value);
        if (number < 1 || number > Integer.MAX_VALUE || number != Math.rint(number)) {
            throw fault(key, "a whole number, 1 or more");
        }
        return (int) number;
    }

    /**
     * Whole numbers of at least 1; one number counts as a list of one. Null where it is missing.
     */
    int @Nullable [] sizes(String key) throws IOException {
        JsonElement value = value(key);
        if (value == null) {
            return null;
        }
        if (!value.isJsonArray()) {
            return new int[] {size(key, value)};
        }
        JsonArray array = value.getAsJsonArray();
        int[] sizes = new int[array.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = size(key, array.get(i));
        }
        return sizes;
    }

    /** Whole numbers of at least 0; one number counts as a list of one. */
    List<Integer> counts(String key) throws IOException {
        JsonElement value = value(key);
        List<Integer> counts = new ArrayList<>();
        if (value != null && value.isJsonArray()) {
            for (JsonElement element : value.getAsJsonArray()) {
                counts.add(count(key, element));
            }
        } else if (value != null) {
            counts.add(count(key, value));
        }
        return counts;
    }

    private int count(String key, JsonElement value) throws IOException {
        double number = number(key, value);
        if (number < 0 || number > Integer.MAX_VALUE || number != Math.rint(number)) {
            throw fault(key, "whole numbers, 0 or more");
        }
        return (int) number;
    }

    /** One number for each of red, green and blue; a single number counts for all three. */
    @Nullable List<Float> colours(String key) throws IOException {
        JsonElement value = value(key);
        if (value == null) {
            return null;
        }
        List<Float> numbers = new ArrayList<>();
        if (value.isJsonArray()) {
            for (JsonElement element : value.getAsJsonArray()) {
                numbers.add((float) number(key, element));
            }
        } else {
            float number = (float) number(key, value);
            numbers.addAll(List.of(number, number, number));
        }
        if (numbers.size() != 3) {
            throw fault(key, "three numbers, for red, green and blue");
        }
        return numbers;
    }

    List<String> texts(String key) throws IOException {
        JsonElement value = value(key);
        List<String> texts = new ArrayList<>();
        if (value != null && value.isJsonArray()) {
            for (JsonElement element : value.getAsJsonArray()) {
                if (!element.isJsonPrimitive()) {
                    throw fault(key, "a list of texts");
                }
                texts.add(element.getAsString());
            }
        }
        return texts;
    }

    IOException fault(String key, String expected) {
        return new IOException(
                file + ": " + prefix + key + " is " + shown(key) + ", expected " + expected);
    }

    /** Refuses what the model would need and has not. */
    IOException unsupported(String key, String what) {
        return new IOException(
                file
                        + ": "
                        + prefix
                        + key
                        + " is "
                        + shown(key)
                        + ", "
                        + what
                        + ", which this library's Vision Transformer does not have");
    }

    private String shown(String key) {
        return OneLine.start(Objects.toString(json.get(key), "missing"));
    }
}
