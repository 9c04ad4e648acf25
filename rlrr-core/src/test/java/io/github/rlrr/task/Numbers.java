package io.github.rlrr.task;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Numbers of other libraries, as a folder's make.py has written them. */
final class Numbers {

    private Numbers() {}

    static JsonObject of(String folder) {
        try (InputStream in = Numbers.class.getResourceAsStream("/" + folder + "/expected.json");
                InputStreamReader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Row after row; NaN for null. */
    static double[] doubles(JsonArray array) {
        List<Double> values = new ArrayList<>();
        for (JsonElement row : array) {
            for (JsonElement value : row.isJsonArray() ? row.getAsJsonArray() : List.of(row)) {
                values.add(value.isJsonNull() ? Double.NaN : value.getAsDouble());
            }
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    static float[] floats(JsonArray array) {
        double[] values = doubles(array);
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
