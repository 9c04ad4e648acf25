package io.github.rlrr.vit.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.rlrr.vit.VitVariation;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An argument of timm's that changes the network.
 *
 * @param key its name in a configuration
 * @param plain the JSON of its value in a plain model; null where that leaves it out
 * @param variation what another value asks for; null for what ours lacks
 * @param varied the JSON of that value, which we write; a number stands for any number
 */
record TimmArgument(
        String key,
        @Nullable String plain,
        @Nullable VitVariation variation,
        @Nullable String varied) {

    /** Reads a table: key, plain value or {@code -}, and perhaps variation and its value. */
    static List<TimmArgument> table(String text) {
        return text.strip()
                .lines()
                .map(
                        line -> {
                            String[] columns = line.strip().split(" +", -1);
                            boolean varies = columns.length > 2;
                            return new TimmArgument(
                                    columns[0],
                                    columns[1].equals("-") ? null : columns[1],
                                    varies ? VitVariation.valueOf(columns[2]) : null,
                                    varies ? columns[3] : null);
                        })
                .toList();
    }

    /**
     * What a configuration says.
     *
     * @return whether it asks for the variation; empty where it does not say
     * @throws IOException when it asks for what ours lacks
     */
    Optional<Boolean> read(JsonFields from) throws IOException {
        if (!from.has(key)) {
            return Optional.empty();
        }
        JsonElement value = from.json().get(key);
        if (value.toString().equals(plain)) {
            return Optional.of(false);
        }
        if (varied == null
                || !(isNumber(json(varied)) ? isNumber(value) : value.equals(json(varied)))) {
            throw from.unsupported(key, plain == null ? "a variation" : "other than " + plain);
        }
        return Optional.of(true);
    }

    /** The value that asks for the variation. */
    JsonElement written() {
        return json(Objects.requireNonNull(varied));
    }

    private static JsonElement json(String text) {
        return JsonParser.parseString(text);
    }

    private static boolean isNumber(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    }
}
