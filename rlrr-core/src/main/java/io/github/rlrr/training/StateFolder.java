package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.Hash;
import io.github.rlrr.io.ProcessLock;
import io.github.rlrr.io.TemporaryFiles;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last states of a run on disk: {@code step-<n>.safetensors}, and beside each {@code
 * step-<n>.sha256} in the format of {@code sha256sum}, written after it. A state whose digest is
 * missing or does not match is none.
 *
 * <p>Two are kept, so that there is one to fall back to when the newest is damaged. Each is written
 * whole before an older one is deleted; a process that is killed, or a disk that is full, leaves
 * those that were there.
 */
final class StateFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);
    private static final String PREFIX = "step-";
    private static final String TENSORS = ".safetensors";
    private static final String DIGEST = ".sha256";
    private static final String LOCK = "lock";
    private static final int KEPT = 2;

    private final Path folder;
    private final ProcessLock lock;

    /**
     * Opens the folder, made where missing, for this process alone.
     *
     * @throws IOException when it cannot be used, or another run holds it
     */
    StateFolder(Path folder) throws IOException {
        this.folder = folder;
        lock = ProcessLock.take(folder.resolve(LOCK), folder.toString(), "trains there");
        try {
            // What a killed process was writing.
            TemporaryFiles.sweepAll(folder);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Deletes the states of a folder, and the folder where nothing else is in it; one that is not
     * there is fine.
     *
     * @throws IOException when another run holds it, or something cannot be deleted
     */
    static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (StateFolder held = new StateFolder(folder)) {
            // The newest last: what is left when this process is killed can be gone on with.
            List<Path> states = held.newestFirst();
            Collections.reverse(states);
            for (Path state : states) {
                Files.deleteIfExists(digestOf(state));
                Files.deleteIfExists(state);
            }
        }
        try {
            Files.delete(folder);
        } catch (DirectoryNotEmptyException e) {
            LOG.info("{} holds files that are no states; it stays", folder);
        }
    }

    /**
     * Whether the folder is still this run's: false when it was deleted, moved or replaced.
     *
     * @throws IOException when it cannot be looked at
     */
    boolean isThere() throws IOException {
        return lock.isThere();
    }

    /**
     * Writes a state.
     *
     * @param step steps done; of two states the one with more is the newer
     * @param tensors what is kept
     * @param texts what is kept beside them
     * @throws IOException when it cannot be written; the states that were there still are
     */
    void write(long step, Map<String, NDArray> tensors, Map<String, String> texts)
            throws IOException {
        Path file = folder.resolve(PREFIX + step + TENSORS);
        SafetensorsWriter.write(file, tensors, texts);
        String line = Hash.sha256().add(file).digits() + "  " + file.getFileName() + "\n";
        AtomicFile.write(digestOf(file), AtomicFile.text(line));
        List<Path> states = newestFirst();
        for (Path old : states.subList(Math.min(KEPT, states.size()), states.size())) {
            Files.deleteIfExists(digestOf(old));
            Files.deleteIfExists(old);
        }
    }

    /**
     * Opens the newest state that is whole. One that was not written to its end is passed over, and
     * so is one that is damaged, each with a warning.
     *
     * @return a reader to be closed, or null when there is none
     * @throws IOException when the folder cannot be read, or its states are all damaged
     */
    @Nullable TensorReader newest() throws IOException {
        boolean damaged = false;
        for (Path file : newestFirst()) {
            if (!Files.isRegularFile(digestOf(file))) {
                LOG.warn(
                        "the state {} is not used, since {} is missing beside it; where no other"
                                + " is whole, the run begins anew",
                        file,
                        digestOf(file).getFileName());
            } else if (isWhole(file)) {
                return TensorReader.open(file);
            } else {
                LOG.warn("the state {} is damaged; looking for the one before", file);
                damaged = true;
            }
        }
        if (damaged) {
            throw new IOException(
                    folder
                            + ": the states of the run in it are damaged; delete the folder to"
                            + " begin again");
        }
        return null;
    }

    private static boolean isWhole(Path file) throws IOException {
        String said = new String(Files.readAllBytes(digestOf(file)), StandardCharsets.ISO_8859_1);
        return said.startsWith(Hash.sha256().add(file).digits() + " ");
    }

    private List<Path> newestFirst() throws IOException {
        List<Path> states = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> found =
                    Files.newDirectoryStream(folder, PREFIX + "*" + TENSORS)) {
                found.forEach(states::add);
            }
        }
        states.removeIf(file -> !stepText(file).matches("\\d{1,18}"));
        states.sort(
                Comparator.comparingLong((Path file) -> Long.parseLong(stepText(file))).reversed());
        return states;
    }

    private static String stepText(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(PREFIX.length(), name.length() - TENSORS.length());
    }

    private static Path digestOf(Path file) {
        String name = String.valueOf(file.getFileName());
        return file.resolveSibling(name.substring(0, name.length() - TENSORS.length()) + DIGEST);
    }

    /** Lets other processes have the folder. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
