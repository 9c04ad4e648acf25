package io.github.rlrr.tensor;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.io.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Writes one array as NumPy's {@code numpy.save} does. */
public final class NpyWriter {

    private NpyWriter() {}

    /**
     * Writes rows of float32 as an array of two dimensions. The file appears at once and whole, see
     * {@link AtomicFile}.
     *
     * @param file the file to write, replaced if it is there
     * @param rows at least one, all of one length
     * @throws IllegalArgumentException if there is none, or their lengths differ
     * @throws IOException if the file cannot be written; what was under its name is then unchanged
     */
    public static void write(Path file, float[][] rows) throws IOException {
        if (rows.length == 0) {
            throw new IllegalArgumentException("there are no rows, expected at least one");
        }
        int width = rows[0].length;
        for (float[] row : rows) {
            if (row.length != width) {
                throw new IllegalArgumentException(
                        "a row has %s numbers, the first one %s".formatted(row.length, width));
            }
        }
        TensorInfo tensor = new TensorInfo("rows", TensorType.F32, new Shape(rows.length, width));
        AtomicFile.write(
                file,
                out -> {
                    out.write(NpyHeader.bytes(tensor));
                    ByteBuffer bytes =
                            ByteBuffer.allocate(Math.multiplyExact(width, Float.BYTES))
                                    .order(ByteOrder.LITTLE_ENDIAN);
                    for (float[] row : rows) {
                        bytes.asFloatBuffer().put(row);
                        out.write(bytes.array());
                    }
                });
    }
}
