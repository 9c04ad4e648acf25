package io.github.rlrr.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Temporary files with the number of their process in their name: what a killed process left can be
 * told from what a living one is writing.
 */
public final class TemporaryFiles {

    private static final Pattern NAME =
            Pattern.compile("\\.rlrr-(?:([0-9]{1,18})-([0-9a-f]{8})-)?[0-9a-f-]{36}\\.tmp");
    private static final Pattern ANY = Pattern.compile("\\.rlrr-.*\\.tmp");

    /** A file of an owner that cannot be asked is left for so long after its last change. */
    private static final Duration UNKNOWN = Duration.ofHours(1);

    private TemporaryFiles() {}

    /**
     * A new name for a temporary file or folder of this process.
     *
     * @return a file's name, without a folder
     */
    public static String name() {
        return ".rlrr-" + Owner.PID + "-" + Owner.PLACE + "-" + UUID.randomUUID() + ".tmp";
    }

    /**
     * Makes a temporary folder where the system has such, after deleting those of processes that
     * were killed.
     *
     * @return the folder; to be deleted by the caller
     * @throws IOException when it cannot be made
     */
    public static Path folder() throws IOException {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        sweep(parent);
        return Files.createDirectory(parent.resolve(name()));
    }

    /**
     * Deletes from a folder the temporary files whose process is gone. Those of a process
     * elsewhere, which cannot be asked, go when nothing was written to them for an hour. Files of
     * other names stay.
     *
     * @param folder not searched any deeper; need not exist
     * @throws IOException when the folder cannot be read
     */
    public static void sweep(Path folder) throws IOException {
        for (Path file : list(folder)) {
            if (isLeft(file)) {
                delete(file);
            }
        }
    }

    /**
     * Deletes every temporary file from a folder that this process alone writes to.
     *
     * @param folder not searched any deeper
     * @throws IOException when the folder cannot be read, or a file not be deleted
     */
    public static void sweepAll(Path folder) throws IOException {
        for (Path file : list(folder)) {
            Files.deleteIfExists(file);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(
                        folder, path -> ANY.matcher(name(path)).matches() && !isLink(path))) {
            List<Path> found = new ArrayList<>();
            files.forEach(found::add);
            return found;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static boolean isLink(Path path) {
        return Files.isSymbolicLink(path);
    }

    private static boolean isLeft(Path file) {
        Matcher matcher = NAME.matcher(name(file));
        if (!matcher.matches()) {
            return false;
        }
        try {
            Instant changed =
                    Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
            if (matcher.group(1) == null || !Owner.PLACE.equals(matcher.group(2))) {
                return changed.isBefore(Instant.now().minus(UNKNOWN));
            }
            Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(matcher.group(1)));
            // The number may have gone to another process since.
            return process.flatMap(alive -> alive.info().startInstant())
                    .map(changed::isBefore)
                    .orElse(process.isEmpty());
        } catch (IOException e) {
            return false; // gone in the meantime
        }
    }

    /** What another process is deleting, too, or what may not be deleted, is no fault. */
    private static void delete(Path file) {
        try (Stream<Path> inside = Files.walk(file)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            // It lies there until the next time.
        }
    }
}
