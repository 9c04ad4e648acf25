package io.github.rlrr.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces files of a folder that belong together, so that whoever opens it finds the old ones, the
 * new ones or a folder that says it is half written; never some of each.
 *
 * <p>New files are written beside the old ones under temporary names. Only when all are on disk
 * does {@link #finish} put a mark into the folder, delete the old files, give the new ones their
 * names, the last one last, and take the mark away. A full disk leaves the old files. A process
 * that is killed in that moment leaves the mark, which {@link #requireWhole} refuses; and for
 * programs that do not know it, a folder without the file that was added last, such as the
 * configuration.
 *
 * <pre>{@code
 * try (WholeFolder files = WholeFolder.replace(folder)) {
 *     files.add("weights.bin", out -> out.write(weights));
 *     files.add("config.json", out -> out.write(config));
 *     files.finish();
 * }
 * }</pre>
 *
 * <p>The folder is locked meanwhile, where its file system has locks.
 */
public final class WholeFolder implements AutoCloseable {

    /** The name of the mark: a folder that has it is half written. */
    public static final String MARK = ".rlrr-unfinished";

    private static final String LOCK = "lock";
    private static final String REASON =
            "The files of this folder are being replaced, or were when the process was killed.\n";

    private final Path folder;
    private final @Nullable ProcessLock lock;
    private final Map<String, Path> staged = new LinkedHashMap<>();
    private final Set<String> removed = new LinkedHashSet<>();

    private WholeFolder(Path folder, @Nullable ProcessLock lock) throws IOException {
        this.folder = folder;
        this.lock = lock;
        try {
            TemporaryFiles.sweep(folder);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Begins to replace files. Nothing in the folder changes before {@link #finish}, but temporary
     * files that killed processes left there go.
     *
     * @param folder made where missing
     * @return the replacement, to be closed
     * @throws IOException naming the process when another is writing there, or when the folder
     *     cannot be used
     */
    public static WholeFolder replace(Path folder) throws IOException {
        Path file = folder.resolve(LOCK);
        ProcessLock lock;
        try {
            lock = ProcessLock.tryTake(file);
        } catch (IOException e) {
            // No locks there, or no right to write: then a file that is added says so.
            return new WholeFolder(folder, null);
        }
        if (lock == null) {
            throw new IOException(
                    folder
                            + " is in use: "
                            + ProcessLock.holder(file)
                            + " writes there; wait for it or stop it");
        }
        return new WholeFolder(folder, lock);
    }

    /**
     * As {@link #replace}, after waiting for others that write there.
     *
     * @param folder made where missing
     * @return the replacement, to be closed
     * @throws IOException when the folder cannot be used
     */
    public static WholeFolder replaceInTurn(Path folder) throws IOException {
        return new WholeFolder(folder, ProcessLock.await(folder.resolve(LOCK), () -> {}));
    }

    /**
     * Refuses a folder that was not written to its end.
     *
     * @param folder need not exist
     * @throws IOException when it is half written, with the remedy
     */
    public static void requireWhole(Path folder) throws IOException {
        if (Files.exists(folder.resolve(MARK))) {
            throw new IOException(
                    folder
                            + " is half written: what wrote it was killed, or still writes; write"
                            + " it again with the same command, or wait");
        }
    }

    /**
     * Adds a file; the old one of that name stays until {@link #finish}.
     *
     * @param name without a folder; the last one added is what says that the folder is whole
     * @param content what it holds
     * @throws IOException when it cannot be written, naming the file; nothing has changed then
     */
    public void add(String name, AtomicFile.Content content) throws IOException {
        Path before = staged.put(name, AtomicFile.stage(folder.resolve(name), content));
        if (before != null) {
            Files.deleteIfExists(before);
        }
    }

    /**
     * Has a file deleted by {@link #finish}, as one that does not belong to the new ones.
     *
     * @param name without a folder; need not exist
     */
    public void remove(String name) {
        removed.add(name);
    }

    /**
     * Replaces the old files by the new ones.
     *
     * @return the new files in the order they were added
     * @throws IOException when a file cannot be replaced, or the folder was deleted meanwhile; it
     *     is marked as half written then
     */
    public List<Path> finish() throws IOException {
        return finish(() -> {});
    }

    /**
     * Finishes.
     *
     * @param changed called after every change on disk, each of which may be the last one
     */
    List<Path> finish(Runnable changed) throws IOException {
        if (lock != null && !lock.isThere()) {
            throw new IOException(
                    folder + " was deleted or moved while it was written; nothing was saved there");
        }
        AtomicFile.write(folder.resolve(MARK), AtomicFile.text(REASON));
        changed.run();
        List<String> names = new ArrayList<>(staged.keySet());
        for (int i = names.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(folder.resolve(names.get(i)));
            changed.run();
        }
        for (String name : removed) {
            if (!staged.containsKey(name)) {
                Files.deleteIfExists(folder.resolve(name));
                changed.run();
            }
        }
        AtomicFile.forceFolder(folder);
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            Path file = folder.resolve(name);
            AtomicFile.place(Objects.requireNonNull(staged.get(name)), file);
            files.add(file);
            changed.run();
        }
        staged.clear();
        Files.deleteIfExists(folder.resolve(MARK));
        changed.run();
        AtomicFile.forceFolder(folder);
        return files;
    }

    /** Forgets what was not finished, and lets others write there. */
    @Override
    public void close() throws IOException {
        try {
            for (Path file : staged.values()) {
                Files.deleteIfExists(file);
            }
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }
}
