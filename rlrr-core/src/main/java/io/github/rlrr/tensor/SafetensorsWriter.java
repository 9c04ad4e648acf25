package io.github.rlrr.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.google.gson.stream.JsonWriter;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.WholeFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes named arrays as a safetensors file.
 *
 * <p>The tensors follow each other by element size, largest first, then by name, as Python's
 * safetensors orders them: so each is aligned to its element size, and equal content gives equal
 * bytes. The header is padded with spaces to a multiple of 8 bytes. The file appears at once and
 * whole, see {@link AtomicFile}.
 */
public final class SafetensorsWriter {

    private static final Comparator<TensorInfo> FILE_ORDER =
            Comparator.comparingInt((TensorInfo tensor) -> tensor.type().byteSize())
                    .reversed()
                    .thenComparing(TensorInfo::type)
                    .thenComparing(TensorInfo::name);

    private SafetensorsWriter() {}

    /**
     * Writes arrays in their own types.
     *
     * @param file the file to write, replaced if it is there
     * @param tensors the arrays by name, of type FLOAT64, FLOAT32, FLOAT16, INT64, INT32, INT8,
     *     UINT8 or BOOLEAN, on any device; they stay the caller's
     * @param metadata texts to keep beside them, may be empty
     * @throws IllegalArgumentException if a name is empty, is {@code __metadata__}, comes twice or
     *     is no valid Unicode, or if an array has another type
     * @throws IOException if the file cannot be written; what was under its name is then unchanged
     */
    public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        writeAs(file, tensors, metadata, null);
    }

    /**
     * Writes arrays with all floating point numbers in one type; other types stay as they are.
     *
     * <p>Numbers are rounded to the nearest, ties to even.
     *
     * @param file the file to write, replaced if it is there
     * @param tensors the arrays by name, as for {@link #write(Path, Map, Map)}
     * @param metadata texts to keep beside them, may be empty
     * @param floatsAs {@link TensorType#F32} or {@link TensorType#F16}
     * @throws IllegalArgumentException if {@code floatsAs} is another type, or as for {@link
     *     #write(Path, Map, Map)}
     * @throws TensorFileException if a finite number is beyond the type's range, such as 70000 for
     *     F16
     * @throws IOException if the file cannot be written; what was under its name is then unchanged
     */
    public static void write(
            Path file,
            Map<String, NDArray> tensors,
            Map<String, String> metadata,
            TensorType floatsAs)
            throws IOException {
        requireFloats(floatsAs);
        writeAs(file, tensors, metadata, floatsAs);
    }

    /**
     * What {@link #write(Path, Map, Map)} writes, for a {@link WholeFolder}.
     *
     * @param file what it will be called, for messages
     * @param tensors the arrays by name, as there; they stay the caller's, and open until the
     *     content was written
     * @param metadata texts to keep beside them, may be empty
     * @return the content
     * @throws IllegalArgumentException as for {@link #write(Path, Map, Map)}
     * @throws IOException when the header cannot be made
     */
    public static AtomicFile.Content content(
            Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        return contentAs(file, tensors, metadata, null);
    }

    /**
     * What {@link #write(Path, Map, Map, TensorType)} writes, for a {@link WholeFolder}.
     *
     * @param file what it will be called, for messages
     * @param tensors the arrays by name, as there; they stay the caller's, and open until the
     *     content was written
     * @param metadata texts to keep beside them, may be empty
     * @param floatsAs {@link TensorType#F32} or {@link TensorType#F16}
     * @return the content
     * @throws IllegalArgumentException as for {@link #write(Path, Map, Map, TensorType)}
     * @throws IOException when the header cannot be made
     */
    public static AtomicFile.Content content(
            Path file,
            Map<String, NDArray> tensors,
            Map<String, String> metadata,
            TensorType floatsAs)
            throws IOException {
        requireFloats(floatsAs);
        return contentAs(file, tensors, metadata, floatsAs);
    }

    static void requireFloats(TensorType floatsAs) {
        if (floatsAs != TensorType.F32 && floatsAs != TensorType.F16) {
            throw new IllegalArgumentException("floatsAs is " + floatsAs + ", expected F32 or F16");
        }
    }

    private static void writeAs(
            Path file,
            Map<String, NDArray> tensors,
            Map<String, String> metadata,
            @Nullable TensorType floatsAs)
            throws IOException {
        AtomicFile.write(file, contentAs(file, tensors, metadata, floatsAs));
    }

    private static AtomicFile.Content contentAs(
            Path file,
            Map<String, NDArray> tensors,
            Map<String, String> metadata,
            @Nullable TensorType floatsAs)
            throws IOException {
        Map<TensorInfo, NDArray> ordered = new TreeMap<>(FILE_ORDER);
        Set<String> names = new HashSet<>();
        tensors.forEach(
                (name, array) -> {
                    requireName(name, names);
                    TensorType own = typeOf(name, array);
                    TensorType type = own.isFloat() && floatsAs != null ? floatsAs : own;
                    ordered.put(new TensorInfo(name, type, array.getShape()), array);
                });
        byte[] header = header(new ArrayList<>(ordered.keySet()), metadata);
        return out -> {
            writeHeader(out, header);
            for (Map.Entry<TensorInfo, NDArray> entry : ordered.entrySet()) {
                ArrayEncoder.write(file, entry.getKey(), entry.getValue(), out);
            }
        };
    }

    private static void requireName(String name, Set<String> seen) {
        String problem = null;
        if (name.isEmpty()) {
            problem = "is empty";
        } else if (name.equals(SafetensorsHeader.METADATA)) {
            problem = "is reserved by the format";
        } else if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            problem = "is no valid Unicode";
        } else if (!seen.add(name)) {
            problem = "comes twice";
        }
        if (problem != null) {
            throw new IllegalArgumentException(
                    "tensor name %s %s, expected distinct names"
                            .formatted(TensorFileException.quote(name), problem));
        }
    }

    static TensorType typeOf(String name, NDArray array) {
        DataType type = array.getDataType();
        return switch (type) {
            case FLOAT64 -> TensorType.F64;
            case FLOAT32 -> TensorType.F32;
            case FLOAT16 -> TensorType.F16;
            case INT64 -> TensorType.I64;
            case INT32 -> TensorType.I32;
            case INT8 -> TensorType.I8;
            case UINT8 -> TensorType.U8;
            case BOOLEAN -> TensorType.BOOL;
            default ->
                    throw new IllegalArgumentException(
                            "tensor %s is %s, expected a type that DJL can hand out; cast it first"
                                    .formatted(TensorFileException.quote(name), type));
        };
    }

    private static byte[] header(List<TensorInfo> tensors, Map<String, String> metadata)
            throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setHtmlSafe(false);
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name(SafetensorsHeader.METADATA).beginObject();
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    json.name(entry.getKey()).value(entry.getValue());
                }
                json.endObject();
            }
            long begin = 0;
            for (TensorInfo tensor : tensors) {
                long end = begin + tensor.byteCount();
                json.name(tensor.name()).beginObject();
                json.name("dtype").value(tensor.type().name());
                json.name("shape").beginArray();
                for (long dimension : tensor.shape().getShape()) {
                    json.value(dimension);
                }
                json.endArray();
                json.name("data_offsets").beginArray().value(begin).value(end).endArray();
                json.endObject();
                begin = end;
            }
            json.endObject();
        }
        byte[] unpadded = text.toString().getBytes(StandardCharsets.UTF_8);
        int padding = -unpadded.length & (Long.BYTES - 1);
        byte[] header = Arrays.copyOf(unpadded, unpadded.length + padding);
        Arrays.fill(header, unpadded.length, header.length, (byte) ' ');
        return header;
    }

    private static void writeHeader(OutputStream out, byte[] header) throws IOException {
        out.write(
                ByteBuffer.allocate(SafetensorsReader.PREFIX_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .array());
        out.write(header);
    }
}
