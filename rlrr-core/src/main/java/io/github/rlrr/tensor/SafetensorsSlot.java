package io.github.rlrr.tensor;

import ai.djl.ndarray.types.Shape;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of a safetensors file and its place in the data area.
 *
 * @param tensor name, type and shape
 * @param begin the first byte, from the beginning of the data area
 * @param end the byte after the last
 */
record SafetensorsSlot(TensorInfo tensor, long begin, long end) {

    /**
     * Reads the header's entry of one tensor, after its name.
     *
     * @throws TensorProblemException if a key is missing, unknown or there twice, if a value is of
     *     another kind than the format says, or if the offsets do not fit type and shape
     */
    static SafetensorsSlot read(JsonReader in, String name, ReadLimits limits) throws IOException {
        TensorType type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            switch (key) {
                case "dtype" -> {
                    requireFirst(key, type);
                    type = readType(in);
                }
                case "shape" -> {
                    requireFirst(key, shape);
                    shape = readNumbers(in, key, limits.maxDimensions());
                }
                case "data_offsets" -> {
                    requireFirst(key, offsets);
                    offsets = readNumbers(in, key, 2);
                }
                default ->
                        throw new TensorProblemException(
                                "has the unknown key " + TensorFileException.quote(key));
            }
        }
        in.endObject();
        if (type == null || shape == null || offsets == null || offsets.size() != 2) {
            throw new TensorProblemException(
                    "lacks dtype, shape or the two data_offsets, expected all three");
        }
        TensorInfo tensor = limits.describe(name, type, new Shape(shape));
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (begin > end || end - begin != tensor.byteCount()) {
            throw new TensorProblemException(
                    "has data_offsets [%s, %s], expected %s bytes for %s %s"
                            .formatted(begin, end, tensor.byteCount(), type, tensor.shape()));
        }
        return new SafetensorsSlot(tensor, begin, end);
    }

    private static void requireFirst(String key, @Nullable Object before)
            throws TensorProblemException {
        if (before != null) {
            throw new TensorProblemException("has " + key + " twice");
        }
    }

    private static TensorType readType(JsonReader in) throws IOException {
        if (in.peek() != JsonToken.STRING) {
            throw new TensorProblemException("has a " + in.peek() + " as dtype, expected a text");
        }
        String written = in.nextString();
        for (TensorType type : TensorType.values()) {
            if (type.name().equals(written)) {
                return type;
            }
        }
        throw new TensorProblemException(
                "has the dtype %s, expected one of %s"
                        .formatted(
                                TensorFileException.quote(written), List.of(TensorType.values())));
    }

    private static List<Long> readNumbers(JsonReader in, String key, int atMost)
            throws IOException {
        List<Long> numbers = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            // nextLong would also take "3" and 3.0.
            String digits = in.peek() == JsonToken.NUMBER ? in.nextString() : "";
            if (!digits.matches("0|[1-9][0-9]{0,17}")) {
                throw new TensorProblemException(
                        "has an entry in %s that is no whole number of at most 18 digits"
                                .formatted(key));
            }
            if (numbers.size() == atMost) {
                throw new TensorProblemException(
                        "has more than %s numbers in %s".formatted(atMost, key));
            }
            numbers.add(Long.parseLong(digits));
        }
        in.endArray();
        return numbers;
    }
}
