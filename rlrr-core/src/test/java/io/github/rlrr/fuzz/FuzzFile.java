package io.github.rlrr.fuzz;

import io.github.rlrr.tensor.TensorFileException;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the targets share: bytes as a file, and reading all of it. */
final class FuzzFile {

    private static final Path FOLDER = folder();

    private FuzzFile() {}

    /** A folder in memory where the platform has one. */
    private static Path folder() {
        try {
            Path memory = Path.of("/dev/shm");
            Path folder =
                    Files.isWritable(memory)
                            ? Files.createTempDirectory(memory, "rlrr-fuzz")
                            : Files.createTempDirectory("rlrr-fuzz");
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(
                                    () -> {
                                        for (String name : folder.toFile().list()) {
                                            folder.resolve(name).toFile().delete();
                                        }
                                        folder.toFile().delete();
                                    }));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(String name, byte[] content) {
        try {
            return Files.write(FOLDER.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens bytes as a tensor file and reads every tensor: all must be well, or refused in one line
     * that names the file.
     */
    static void readAll(byte[] content) {
        Path file = write("tensors", content);
        try (TensorReader reader = TensorReader.open(file)) {
            for (TensorInfo tensor : reader.tensors().values()) {
                try {
                    float[] values = reader.readFloats(tensor.name());
                    if (values.length != tensor.elementCount()) {
                        throw new AssertionError("read " + values.length + " values of " + tensor);
                    }
                } catch (TensorFileException e) {
                    requireOneLine(file, e);
                }
            }
        } catch (TensorFileException e) {
            requireOneLine(file, e);
        } catch (IOException e) {
            throw new AssertionError("an IOException of another kind", e);
        }
    }

    static void requireOneLine(Path file, IOException refusal) {
        String message = refusal.getMessage();
        if (!message.startsWith(file + ": ") || message.indexOf('\n') >= 0) {
            throw new AssertionError("bad message: " + message, refusal);
        }
    }
}
