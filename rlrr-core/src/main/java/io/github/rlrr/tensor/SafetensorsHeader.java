package io.github.rlrr.tensor;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: a JSON object of
 *
 * <pre>{@code "NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [BEGIN, END]}}</pre>
 *
 * and optionally {@code "__metadata__"}, an object of texts.
 *
 * <p>Parsing is as strict as the format's description: no key twice, no unknown key, whole numbers
 * only, and the tensors' data cover the data area from its first to its last byte without gap or
 * overlap.
 */
final class SafetensorsHeader {

    /** The one key that is no tensor. */
    static final String METADATA = "__metadata__";

    private final Path file;
    private final ReadLimits limits;
    private final Map<String, SafetensorsSlot> slots = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsHeader(Path file, ReadLimits limits) {
        this.file = file;
        this.limits = limits;
    }

    /**
     * Parses and checks a header.
     *
     * @param dataBytes the length of the data area, as the file's length gives it
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes, ReadLimits limits)
            throws TensorFileException {
        SafetensorsHeader header = new SafetensorsHeader(file, limits);
        if (json.length == 0 || json[0] != '{') {
            throw new TensorFileException(
                    file, "has a header that does not begin with '{', expected a JSON object");
        }
        // A new decoder reports malformed UTF-8, where a charset would replace it.
        try (JsonReader in =
                new JsonReader(
                        new InputStreamReader(
                                new ByteArrayInputStream(json),
                                StandardCharsets.UTF_8.newDecoder()))) {
            in.setStrictness(Strictness.STRICT);
            header.readAll(in);
        } catch (TensorFileException e) {
            throw e;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            // The last two are what Gson throws for a value of another kind than asked for.
            throw new TensorFileException(
                    file, "has a malformed header: " + TensorFileException.reason(e), e);
        }
        header.checkCoverage(dataBytes);
        return header;
    }

    Map<String, TensorInfo> tensors() {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        slots.forEach((name, slot) -> tensors.put(name, slot.tensor()));
        return tensors;
    }

    Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** Where the data of a tensor of this header begins in the data area. */
    long begin(String name) {
        SafetensorsSlot slot = slots.get(name);
        if (slot == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return slot.begin();
    }

    private void readAll(JsonReader in) throws IOException {
        boolean metadataSeen = false;
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            if (key.equals(METADATA)) {
                if (metadataSeen) {
                    throw new TensorFileException(file, "has " + METADATA + " twice");
                }
                metadataSeen = true;
                readMetadata(in);
            } else {
                SafetensorsSlot slot = readSlot(in, key);
                if (slots.putIfAbsent(key, slot) != null) {
                    throw new TensorFileException(file, key, "is in the header twice");
                }
                requireCount("tensors", slots.size());
            }
        }
        in.endObject();
        if (in.peek() != JsonToken.END_DOCUMENT) {
            throw new TensorFileException(file, "has more than one JSON value as its header");
        }
    }

    private void readMetadata(JsonReader in) throws IOException {
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            if (in.peek() != JsonToken.STRING) {
                throw new TensorFileException(
                        file,
                        "has a %s in %s under %s, expected a text"
                                .formatted(in.peek(), METADATA, TensorFileException.quote(key)));
            }
            if (metadata.putIfAbsent(key, in.nextString()) != null) {
                throw new TensorFileException(
                        file,
                        "has %s in %s twice".formatted(TensorFileException.quote(key), METADATA));
            }
            requireCount("metadata entries", metadata.size());
        }
        in.endObject();
    }

    private void requireCount(String what, int count) throws TensorFileException {
        if (count > limits.maxTensors()) {
            throw new TensorFileException(
                    file,
                    "has more than %s %s (ReadLimits.maxTensors)"
                            .formatted(limits.maxTensors(), what));
        }
    }

    private SafetensorsSlot readSlot(JsonReader in, String name) throws IOException {
        try {
            return SafetensorsSlot.read(in, name, limits);
        } catch (TensorProblemException e) {
            throw new TensorFileException(file, name, TensorFileException.reason(e), e);
        }
    }

    private void checkCoverage(long dataBytes) throws TensorFileException {
        List<SafetensorsSlot> ordered = new ArrayList<>(slots.values());
        ordered.sort(
                Comparator.comparingLong(SafetensorsSlot::begin)
                        .thenComparingLong(SafetensorsSlot::end));
        long covered = 0;
        for (SafetensorsSlot slot : ordered) {
            if (slot.begin() != covered) {
                throw new TensorFileException(
                        file,
                        slot.tensor().name(),
                        "begins at byte %s of the data, expected %s: tensors may neither overlap"
                                        .formatted(slot.begin(), covered)
                                + " nor leave gaps");
            }
            covered = slot.end();
        }
        if (covered != dataBytes) {
            throw new TensorFileException(
                    file,
                    "has %s bytes of data, expected the %s that its header describes; the file is %s"
                            .formatted(
                                    dataBytes,
                                    covered,
                                    dataBytes < covered ? "cut short" : "too long"));
        }
    }
}
