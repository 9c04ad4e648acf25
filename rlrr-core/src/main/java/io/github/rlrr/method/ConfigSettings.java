package io.github.rlrr.method;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Sets components of a configuration from text, such as {@code rank=8} on a command line. */
final class ConfigSettings {

    private static final String SEED = "seed";
    private static final String NONE = "none";

    private ConfigSettings() {}

    static AdapterConfig apply(AdapterMethod method, Map<String, String> settings, long seed) {
        AdapterConfig defaults = method.defaults();
        Map<String, Class<?>> types = new TreeMap<>();
        for (RecordComponent component : defaults.getClass().getRecordComponents()) {
            types.put(ConfigJson.key(component), component.getType());
        }
        JsonObject json = ConfigJson.toJson(defaults).getAsJsonObject();
        if (types.containsKey(SEED)) {
            json.addProperty(SEED, seed);
        }
        String what = "method " + method.name();
        settings.forEach(
                (name, text) -> {
                    String key = name.replace('-', '_');
                    Class<?> type = types.get(key);
                    if (type == null) {
                        throw new IllegalArgumentException(
                                what
                                        + " has no setting \""
                                        + name
                                        + "\"; it has "
                                        + types.keySet());
                    }
                    json.add(key, json(what + ": " + key, type, text));
                });
        return ConfigJson.read(defaults.getClass(), json, what);
    }

    /** Each component as text that {@link #apply} reads. */
    static Map<String, String> texts(AdapterConfig config) {
        Map<String, String> texts = new LinkedHashMap<>();
        ConfigJson.toJson(config)
                .getAsJsonObject()
                .entrySet()
                .forEach(entry -> texts.put(entry.getKey(), text(entry.getValue())));
        return texts;
    }

    private static String text(JsonElement value) {
        if (value.isJsonArray()) {
            List<String> texts = new ArrayList<>();
            value.getAsJsonArray().forEach(element -> texts.add(element.getAsString()));
            return texts.isEmpty() ? NONE : String.join(",", texts);
        }
        return value.isJsonObject() ? start(value.getAsJsonObject()) : value.getAsString();
    }

    /** An Initialisation; any other record as it stands. */
    private static String start(JsonObject value) {
        if (!value.has("kind") || !value.has("value")) {
            return value.toString();
        }
        double number = value.get("value").getAsDouble();
        String kind = value.get("kind").getAsString();
        return number == 0 ? kind : kind + ":" + number;
    }

    private static JsonElement json(String what, Class<?> type, String text) {
        if (type == boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException(
                        what + " is \"" + text + "\", expected true or false");
            }
            return new JsonPrimitive(Boolean.valueOf(text));
        }
        if (type == List.class) {
            JsonArray list = new JsonArray();
            if (!text.equals(NONE)) {
                List.of(text.split(AdapterMethod.LIST_SEPARATOR)).forEach(list::add);
            }
            return list;
        }
        if (type == Initialisation.class) {
            return ConfigJson.toJson(Initialisation.parse(text));
        }
        if (type.isEnum()) {
            return new JsonPrimitive(text.toLowerCase(Locale.ROOT));
        }
        if (type.isPrimitive() || type == String.class) {
            return new JsonPrimitive(text);
        }
        throw new IllegalArgumentException(
                what + " is a " + type.getSimpleName() + ", which cannot be set from text");
    }
}
