package io.github.rlrr.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/** Fields of an adapter's configuration that must be there, each of its kind. */
final class Required {

    private Required() {}

    static JsonElement value(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value == null || value.isJsonNull()) {
            throw new IllegalArgumentException("\"" + key + "\" is missing");
        }
        return value;
    }

    static JsonObject object(JsonObject json, String key) {
        JsonElement value = value(json, key);
        if (!value.isJsonObject()) {
            throw wrong(key, value, "an object");
        }
        return value.getAsJsonObject();
    }

    static JsonArray array(JsonObject json, String key) {
        JsonElement value = value(json, key);
        if (!value.isJsonArray()) {
            throw wrong(key, value, "a list");
        }
        return value.getAsJsonArray();
    }

    static String text(JsonObject json, String key) {
        return text(key, value(json, key));
    }

    static String text(String key, JsonElement value) {
        if (value instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw wrong(key, value, "a text");
    }

    static double number(String key, JsonElement value) {
        if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return primitive.getAsDouble();
        }
        throw wrong(key, value, "a number");
    }

    private static IllegalArgumentException wrong(String key, JsonElement value, String expected) {
        return new IllegalArgumentException(
                "\"" + key + "\" is " + value + ", expected " + expected);
    }
}
