package io.github.rlrr.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Writes a file so that under its name there is ever the old content or the new, never a part.
 *
 * <p>The content goes to a temporary file in the same folder, is forced to disk and renamed over
 * the target. A crash or a full disk leaves the old file as it was.
 */
public final class AtomicFile {

    private static final int BUFFER_BYTES = 1 << 16;

    private AtomicFile() {}

    /** Produces the content of a file. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes all of the content.
         *
         * @param out takes the content, buffered; need not be closed
         * @throws IOException to give up: the target then stays as it was
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file, replacing one that is there. Missing parent folders are created. Where the
     * target is a symbolic link, the link is replaced, not what it points to.
     *
     * @param target the file to write
     * @param content produces what it shall hold
     * @throws IOException if {@code target} is a folder, if {@code content} throws it, or if the
     *     file system does, as when the disk is full: then with the target and how many bytes were
     *     wanted; the temporary file is deleted then, as after any other exception
     */
    public static void write(Path target, Content content) throws IOException {
        Path temporary = stage(target, content);
        try {
            place(temporary, target);
        } catch (Throwable t) {
            discard(temporary, t);
            throw t;
        }
    }

    /**
     * A text as a file's content.
     *
     * @param text written in UTF-8
     * @return the content
     */
    public static Content text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return out -> out.write(bytes);
    }

    /**
     * Writes the content to a temporary file beside its target, forced to disk.
     *
     * @return the temporary file; nothing is left of it after an exception, which names the target
     */
    static Path stage(Path target, Content content) throws IOException {
        Path path = target.toAbsolutePath();
        Path folder = path.getParent();
        if (folder == null || Files.isDirectory(path)) {
            throw new FileSystemException(
                    target.toString(), null, "is a folder, expected the name of a file to write");
        }
        // Of a link to a folder, createDirectories of Java 17 would say that the file exists.
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        // Not createTempFile: its files are readable for the owner only, and would stay so.
        Path temporary = folder.resolve(TemporaryFiles.name());
        try {
            writeForced(temporary, target, content);
            return temporary;
        } catch (FileSystemException e) {
            IOException named = named(e, temporary, target);
            discard(temporary, named);
            throw named;
        } catch (Throwable t) {
            discard(temporary, t);
            throw t;
        }
    }

    /** Gives a file that was staged its name, durably. */
    static void place(Path temporary, Path target) throws IOException {
        Path path = target.toAbsolutePath();
        try {
            rename(temporary, path);
        } catch (FileSystemException e) {
            throw named(e, temporary, target);
        }
        forceFolder(Objects.requireNonNull(path.getParent()));
    }

    private static void discard(Path temporary, Throwable t) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            t.addSuppressed(e);
        }
    }

    /** Nobody knows the temporary file: messages name what was to be written. */
    private static FileSystemException named(FileSystemException e, Path temporary, Path target) {
        if (!temporary.toString().equals(e.getFile())) {
            return e;
        }
        FileSystemException named;
        if (e instanceof AccessDeniedException) {
            named = new AccessDeniedException(target.toString());
        } else if (e instanceof NoSuchFileException) {
            named =
                    new FileSystemException(
                            target.toString(), null, "its folder was deleted while it was written");
        } else {
            named = new FileSystemException(target.toString(), null, e.getReason());
        }
        named.initCause(e);
        return named;
    }

    private static void writeForced(Path temporary, Path target, Content content)
            throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            CountedOutput file = new CountedOutput(Channels.newOutputStream(channel));
            OutputStream out = new BufferedOutputStream(file, BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
            file.check(target);
            try {
                channel.force(true);
            } catch (IOException e) {
                throw WriteFault.of(target, file.bytes(), e);
            }
        }
    }

    private static void rename(Path temporary, Path target) throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Makes the rename itself durable, where the platform lets one open a folder. */
    static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows has no such operation; the file is whole and in place either way.
        }
    }
}
