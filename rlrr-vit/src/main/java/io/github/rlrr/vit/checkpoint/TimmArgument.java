package io.github.rlrr.vit.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonParser;
import io.github.rlrr.vit.VitVariation;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An argument of timm's that changes the network.
 *
 * @param key its name in a configuration
 * @param plain the JSON of its value in a plain model; null where that leaves it out
 * @param values the JSON of other values by what they ask for, as we write them; a number stands
 *     for any number
 */
record TimmArgument(String key, @Nullable String plain, Map<VitVariation, JsonElement> values) {

    /** Reads a table: key, plain value or {@code -}, then variations, each with its value. */
    static List<TimmArgument> table(String text) {
        return text.strip().lines().map(line -> row(line.strip().split(" +", -1))).toList();
    }

    private static TimmArgument row(String[] columns) {
        Map<VitVariation, JsonElement> values = new LinkedHashMap<>();
        for (int i = 2; i < columns.length; i += 2) {
            values.put(VitVariation.valueOf(columns[i]), JsonParser.parseString(columns[i + 1]));
        }
        return new TimmArgument(columns[0], columns[1].equals("-") ? null : columns[1], values);
    }

    /**
     * What a configuration says.
     *
     * @return which variations it asks for and which not; empty where it does not say
     * @throws IOException when it asks for what ours lacks
     */
    Map<VitVariation, Boolean> read(JsonFields from) throws IOException {
        Map<VitVariation, Boolean> said = new EnumMap<>(VitVariation.class);
        JsonElement value = from.json().get(key);
        if (value == null) {
            return said;
        }
        boolean known = value.isJsonNull() || value.toString().equals(plain);
        boolean found = known;
        for (Map.Entry<VitVariation, JsonElement> other : values.entrySet()) {
            boolean has =
                    !known
                            && (value.equals(other.getValue())
                                    || (isNumber(value) && isNumber(other.getValue())));
            said.put(other.getKey(), has);
            found |= has;
        }
        if (!found) {
            throw from.unsupported(key, plain == null ? "a variation" : "other than " + plain);
        }
        return said;
    }

    /** What to write where the only variation that it asks for is there, or is not. */
    JsonElement value(boolean has) {
        if (has) {
            return values.values().iterator().next();
        }
        return plain == null ? JsonNull.INSTANCE : JsonParser.parseString(plain);
    }

    private static boolean isNumber(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    }
}
