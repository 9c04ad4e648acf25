package io.github.rlrr.examples.output;

import io.github.rlrr.io.ProcessLock;
import io.github.rlrr.io.TemporaryFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The folder that a command writes its results into, for this process alone until it is closed.
 * Nothing in it is deleted or replaced before the lock is taken.
 */
public final class OutFolder implements AutoCloseable {

    private static final String LOCK = "lock";

    private final String option;
    private final Path folder;
    private final ProcessLock lock;

    private OutFolder(String option, Path folder, ProcessLock lock) {
        this.option = option;
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Takes the folder, and deletes the temporary files that killed processes left there.
     *
     * @param option which names it, for messages
     * @param folder made where missing
     * @throws IOException when another process has it, or it cannot be written to
     */
    public static OutFolder hold(String option, Path folder) throws IOException {
        Outputs.checkFolder(option, folder);
        ProcessLock lock =
                ProcessLock.take(folder.resolve(LOCK), option + " " + folder, "writes there");
        try {
            TemporaryFiles.sweep(folder);
            return new OutFolder(option, folder, lock);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    public Path path() {
        return folder;
    }

    /**
     * Refuses to go on when less is free than will be written.
     *
     * @param bytes what will be written
     * @param what names it
     */
    public void requireSpace(long bytes, String what) throws IOException {
        Outputs.requireSpace(option, folder, bytes, what);
    }

    /** Refuses to go on when the folder was deleted, moved or replaced. */
    public void requireThere() throws IOException {
        if (!lock.isThere()) {
            throw new IOException(
                    option
                            + " "
                            + folder
                            + " was deleted or moved while the command ran; its results are not"
                            + " there");
        }
    }

    /** Lets others have the folder; one with nothing in it goes. */
    @Override
    public void close() throws IOException {
        lock.close();
        if (Files.isDirectory(folder)) {
            boolean empty;
            try (Stream<Path> files = Files.list(folder)) {
                empty = files.findAny().isEmpty();
            }
            if (empty) {
                Files.deleteIfExists(folder);
            }
        }
    }
}
