package io.github.rlrr.tensor;

import ai.djl.ndarray.NDArray;
import io.github.rlrr.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;

/** Writes one array as NumPy's {@code numpy.save} does. */
public final class NpyWriter {

    private NpyWriter() {}

    /**
     * Writes an array in its own type. The file appears at once and whole, see {@link AtomicFile}.
     *
     * @param file the file to write, replaced if it is there
     * @param array of a type that {@link SafetensorsWriter} takes, on any device; stays the
     *     caller's
     * @throws IllegalArgumentException if the array has another type
     * @throws IOException if the file cannot be written; what was under its name is then unchanged
     */
    public static void write(Path file, NDArray array) throws IOException {
        TensorType type = SafetensorsWriter.typeOf("array", array);
        TensorInfo tensor = new TensorInfo("array", type, array.getShape());
        AtomicFile.write(
                file,
                out -> {
                    out.write(NpyHeader.bytes(tensor));
                    ArrayEncoder.write(file, tensor, array, out);
                });
    }
}
