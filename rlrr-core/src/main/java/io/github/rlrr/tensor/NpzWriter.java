package io.github.rlrr.tensor;

import ai.djl.ndarray.NDArray;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.WholeFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes named arrays as NumPy's {@code numpy.savez} does: a zip archive of uncompressed npy
 * arrays, which {@code numpy.load} reads.
 *
 * <p>Arrays stand in the order of the map and carry no time, so equal content gives equal bytes.
 * The file appears at once and whole, see {@link AtomicFile}.
 */
public final class NpzWriter {

    /** The least that a zip entry can say, as numpy has it. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private NpzWriter() {}

    /**
     * Writes arrays with all floating point numbers in one type; other types stay as they are.
     *
     * @param file the file to write, replaced if it is there
     * @param tensors the arrays by name, of the types that {@link SafetensorsWriter} takes, on any
     *     device; they stay the caller's
     * @param floatsAs {@link TensorType#F32} or {@link TensorType#F16}; numbers are rounded to the
     *     nearest, ties to even
     * @throws IllegalArgumentException if {@code floatsAs} is another type, if a name is empty or
     *     no relative path of plain parts, or if an array has another type
     * @throws TensorFileException if a finite number is beyond the type's range
     * @throws IOException if the file cannot be written; what was under its name is then unchanged
     */
    public static void write(Path file, Map<String, NDArray> tensors, TensorType floatsAs)
            throws IOException {
        AtomicFile.write(file, content(file, tensors, floatsAs));
    }

    /**
     * What {@link #write} writes, for a {@link WholeFolder}.
     *
     * @param file what it will be called, for messages
     * @param tensors the arrays by name, as there; they stay the caller's, and open until the
     *     content was written
     * @param floatsAs {@link TensorType#F32} or {@link TensorType#F16}
     * @return the content
     * @throws IllegalArgumentException as for {@link #write}
     */
    public static AtomicFile.Content content(
            Path file, Map<String, NDArray> tensors, TensorType floatsAs) {
        SafetensorsWriter.requireFloats(floatsAs);
        tensors.keySet().forEach(NpzWriter::requireName);
        return out -> {
            ZipOutputStream zip = new ZipOutputStream(out);
            for (Map.Entry<String, NDArray> entry : tensors.entrySet()) {
                NDArray array = entry.getValue();
                TensorType own = SafetensorsWriter.typeOf(entry.getKey(), array);
                TensorInfo tensor =
                        new TensorInfo(
                                entry.getKey(), own.isFloat() ? floatsAs : own, array.getShape());
                add(zip, file, tensor, array);
            }
            zip.finish();
        };
    }

    /** An entry that is stored as it is says its checksum first: the array is encoded twice. */
    private static void add(ZipOutputStream zip, Path file, TensorInfo tensor, NDArray array)
            throws IOException {
        byte[] header = NpyHeader.bytes(tensor);
        CheckedOutputStream sum =
                new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
        sum.write(header);
        ArrayEncoder.write(file, tensor, array, sum);
        ZipEntry entry = new ZipEntry(tensor.name() + ".npy");
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(header.length + tensor.byteCount());
        entry.setCompressedSize(header.length + tensor.byteCount());
        entry.setCrc(sum.getChecksum().getValue());
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
        zip.write(header);
        ArrayEncoder.write(file, tensor, array, zip);
        zip.closeEntry();
    }

    private static void requireName(String name) {
        boolean plain = StandardCharsets.UTF_8.newEncoder().canEncode(name);
        for (String part : name.split("/", -1)) {
            plain &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
        }
        if (!plain || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "tensor name %s cannot be an entry of a zip archive, expected parts with / between them"
                            .formatted(TensorFileException.quote(name)));
        }
    }
}
