package io.github.rlrr.vit.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a file in a folder is taken for an image: by its extension, or else by its first bytes.
 *
 * <p>A file with an extension of {@link ImageDecoder#extensions()}, in any case, is an image
 * without a look inside. Of any other, with an unusual extension or none, the first 64 bytes are
 * read, but for backups and unfinished downloads ({@code bak}, {@code tmp}, {@code part} and the
 * like): what begins as an image that can be read is one.
 *
 * @param role what becomes of the file
 * @param name the extension in lower case, empty if there is none; of an image that is not read and
 *     has an unusual extension or none, the name of its format, such as {@code heic}
 */
public record FileKind(Role role, String name) {

    /** What becomes of a file. */
    public enum Role {
        /** An image by its extension. */
        IMAGE,
        /** An image by its content, under an unusual name. */
        IMAGE_BY_CONTENT,
        /** An image of a format that is not read. */
        UNREAD_IMAGE,
        /** No image. */
        OTHER
    }

    private static final Set<String> UNREAD =
            Set.of(
                    "heic", "heif", "hif", "avif", "jxl", "jp2", "j2k", "jpf", "jpx", "webp", "psd",
                    "pbm", "pgm", "ppm", "pnm", "tga", "exr", "hdr", "dcm");

    /** Of cameras: TIFF by their first bytes, but not by what is in them. */
    private static final Set<String> RAW =
            Set.of(
                    "3fr", "arw", "cr2", "cr3", "crw", "dng", "erf", "nef", "nrw", "orf", "pef",
                    "raf", "raw", "rw2", "sr2", "srf", "srw", "x3f");

    private static final Set<String> UNFINISHED =
            Set.of(
                    "bak",
                    "crdownload",
                    "download",
                    "old",
                    "orig",
                    "part",
                    "partial",
                    "swp",
                    "temp",
                    "tmp");

    /**
     * Looks at a file.
     *
     * @param file the file; not a folder
     * @return its kind; a file that cannot be opened is no image, unless its extension says so
     */
    public static FileKind of(Path file) {
        Path last = file.getFileName();
        String full = last == null ? "" : last.toString();
        int dot = full.lastIndexOf('.');
        String extension = dot > 0 ? full.substring(dot + 1).toLowerCase(Locale.ROOT) : "";
        if (ImageDecoder.extensions().contains(extension)) {
            return new FileKind(Role.IMAGE, extension);
        }
        if (UNFINISHED.contains(extension) || full.endsWith("~")) {
            return new FileKind(Role.OTHER, extension);
        }
        String format = format(file);
        if (format != null && ImageDecoder.reads(format)) {
            if (!(format.equals("tiff") && RAW.contains(extension))) {
                return new FileKind(Role.IMAGE_BY_CONTENT, extension);
            }
            format = null;
        }
        if (UNREAD.contains(extension) || RAW.contains(extension)) {
            return new FileKind(Role.UNREAD_IMAGE, extension);
        }
        return format == null
                ? new FileKind(Role.OTHER, extension)
                : new FileKind(Role.UNREAD_IMAGE, format);
    }

    private static @Nullable String format(Path file) {
        if (!Files.isRegularFile(file)) {
            return null; // not to wait for a pipe
        }
        try (InputStream in = Files.newInputStream(file)) {
            return FileSignature.of(in.readNBytes(FileSignature.LENGTH));
        } catch (IOException e) {
            return null; // a stranger's file, as good as one that is no image
        }
    }
}
