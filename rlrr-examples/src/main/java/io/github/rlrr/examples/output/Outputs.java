package io.github.rlrr.examples.output;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What can be known of a place before anything is written there, so that no work is lost. */
public final class Outputs {

    private static final long MIB = 1 << 20;

    private Outputs() {}

    /**
     * Refuses a folder that cannot be written to. Nothing is made.
     *
     * @param option which names it, for messages
     * @param folder need not exist
     * @throws IOException when it lies below a file, or may not be written to
     */
    public static void checkFolder(String option, Path folder) throws IOException {
        Path there = existing(folder);
        String problem = null;
        if (there != null && !Files.exists(there)) {
            problem = there + " is a link to nothing, expected a folder";
        } else if (there != null && !Files.isDirectory(there)) {
            problem = there + " is a file, expected a folder";
        } else if (there == null || !Files.isWritable(there)) {
            problem = "no permission to write into " + (there == null ? folder : there);
        }
        if (problem != null) {
            throw new IOException(
                    option + " " + folder + ": " + problem + "; choose another place");
        }
    }

    /**
     * Refuses a file that cannot be written. Nothing is made.
     *
     * @param option which names it, for messages
     * @param file need not exist; null for none
     * @throws IOException when it is a folder, or as for {@link #checkFolder}
     */
    public static void checkFile(String option, @Nullable Path file) throws IOException {
        if (file == null) {
            return;
        }
        if (Files.isDirectory(file)) {
            throw new IOException(
                    option + " " + file + " is a folder, expected the name of a file to write");
        }
        checkFolder(option, Objects.requireNonNull(file.toAbsolutePath().getParent()));
    }

    /** The folder, or the nearest above it that is there. */
    private static @Nullable Path existing(Path folder) {
        Path there = folder.toAbsolutePath().normalize();
        while (there != null && !Files.exists(there) && !Files.isSymbolicLink(there)) {
            there = there.getParent();
        }
        return there;
    }

    /** Refuses a disk with less room than will be written. */
    public static void requireSpace(String option, Path folder, long bytes, String what)
            throws IOException {
        Path there = existing(folder);
        if (there == null) {
            return;
        }
        FileStore store = Files.getFileStore(there);
        // Some file systems do not know.
        if (store.getTotalSpace() > 0 && store.getUsableSpace() < bytes) {
            throw new IOException(
                    option
                            + " "
                            + folder
                            + ": "
                            + store.getUsableSpace() / MIB
                            + " MiB are free there, and "
                            + what
                            + " may need "
                            + (bytes + MIB - 1) / MIB
                            + " MiB; make room or choose another place");
        }
    }
}
