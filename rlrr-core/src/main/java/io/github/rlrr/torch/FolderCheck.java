package io.github.rlrr.torch;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Whether native libraries can be unpacked into a folder and loaded from there. */
public final class FolderCheck {

    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    static final String NOEXEC = "no library can be loaded from there (mounted noexec)";

    private FolderCheck() {}

    /**
     * Makes the folder where it is missing, and tries it with a small file, which goes again.
     *
     * @param folder any path
     * @param bytes how much room is needed there
     * @return why it cannot be used, as the end of a sentence; empty where it can
     */
    public static Optional<String> fault(Path folder, long bytes) {
        try {
            Files.createDirectories(folder);
            return tried(folder, bytes);
        } catch (IOException e) {
            return Optional.of(reason(folder, e));
        }
    }

    /**
     * The same for a folder with a name that everybody can guess, in a place where everybody can
     * write: it must be this user's alone, since what is loaded from there runs as this user.
     */
    static Optional<String> faultAmongOthers(Path folder, long bytes) {
        try {
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(folder, forOwnerOnly(folder));
            }
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of("it is a link or a file, expected a folder");
            }
            Optional<String> fault = tried(folder, bytes);
            return fault.isPresent() ? fault : others(folder);
        } catch (IOException e) {
            return Optional.of(reason(folder, e));
        }
    }

    private static boolean isPosix(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] forOwnerOnly(Path folder) {
        return isPosix(folder)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static Optional<String> tried(Path folder, long bytes) throws IOException {
        Path probe = folder.resolve(".rlrr-" + UUID.randomUUID() + ".tmp");
        try {
            Files.createFile(probe, forOwnerOnly(folder));
            Files.write(probe, new byte[] {1});
            // On a file system that is mounted noexec, no file is executable.
            if (!Files.isExecutable(probe)) {
                return Optional.of(NOEXEC);
            }
        } finally {
            Files.deleteIfExists(probe);
        }
        long free = Files.getFileStore(folder).getUsableSpace();
        return free < bytes
                ? Optional.of(
                        String.format(
                                Locale.ROOT,
                                "%d MB are needed and %d MB are free there",
                                (bytes + 999_999) / 1_000_000,
                                free / 1_000_000))
                : Optional.empty();
    }

    private static Optional<String> others(Path folder) throws IOException {
        if (!isPosix(folder)) {
            return Optional.empty();
        }
        Path own = Files.createTempFile(folder, "rlrr-", ".tmp");
        try {
            String owner = Files.getOwner(folder).getName();
            if (!owner.equals(Files.getOwner(own).getName())) {
                return Optional.of("it belongs to " + owner + ", who could change what is loaded");
            }
        } finally {
            Files.deleteIfExists(own);
        }
        return Files.getPosixFilePermissions(folder).stream().anyMatch(OF_OTHERS::contains)
                ? Optional.of("others can write there and change what is loaded")
                : Optional.empty();
    }

    private static String reason(Path folder, IOException fault) {
        for (Path at = folder.toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at) && !Files.isDirectory(at)) {
                return at + " is a file, expected a folder";
            }
        }
        if (fault instanceof AccessDeniedException) {
            return "no permission to write there";
        }
        String said =
                fault instanceof FileSystemException system
                        ? system.getReason()
                        : fault.getMessage();
        return said == null ? fault.toString() : said;
    }
}
