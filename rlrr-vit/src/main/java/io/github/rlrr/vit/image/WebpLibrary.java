package io.github.rlrr.vit.image;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import javax.imageio.ImageReader;
import org.jspecify.annotations.Nullable;

/**
 * Loads libwebp once a process, so that nothing is left behind and a fault is one sentence.
 *
 * <p>The plug-in unpacks its native library into the temporary folder and removes it when the
 * process ends, which a killed one does not do; and where the folder is of no use it prints a stack
 * trace. So the folder is tried first, and where a system allows to remove a file in use (all but
 * Windows), the library is unpacked into a folder of its own, which is removed at once.
 */
final class WebpLibrary {

    private static final String FOLDER = "com.luciad.imageio.webp.tmpdir";

    /** A WebP file of one black pixel. */
    private static final byte[] PIXEL =
            Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA4AAAAvAAAAAAcQEf0PRET/Aw==");

    private static @Nullable String fault;
    private static boolean tried;

    private WebpLibrary() {}

    /**
     * Why a reader's library cannot be loaded, as the end of a sentence, or null if it is there.
     */
    static synchronized @Nullable String fault(ImageReader reader) {
        if (!tried) {
            try {
                fault = tryToLoad(reader);
            } catch (IOException e) {
                fault = "libwebp cannot be loaded (" + e + ")";
            }
            tried = true;
        }
        return fault;
    }

    private static @Nullable String tryToLoad(ImageReader reader) throws IOException {
        String chosen = System.getProperty(FOLDER);
        Path folder = Path.of(chosen == null ? System.getProperty("java.io.tmpdir") : chosen);
        String fault = faultOf(folder);
        if (fault != null) {
            return fault;
        }
        if (chosen != null || File.separatorChar != '/') {
            return faultOfLoading(reader, folder);
        }
        Path own = Files.createTempDirectory(folder, "rlrr-webp-");
        System.setProperty(FOLDER, own.toString());
        try {
            return faultOfLoading(reader, own);
        } finally {
            System.clearProperty(FOLDER);
            try (Stream<Path> files = Files.list(own)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(own);
        }
    }

    private static @Nullable String faultOfLoading(ImageReader reader, Path folder)
            throws IOException {
        try {
            WebpReader.decode(reader, PIXEL);
            return null;
        } catch (LinkageError e) {
            return "libwebp cannot be loaded from " + folder + " (" + e + ")";
        }
    }

    /** Why programs cannot be unpacked into a folder, or null if they can. */
    static @Nullable String faultOf(Path folder) {
        try {
            Path trial = Files.createTempFile(folder, "rlrr-webp-", ".trial");
            try {
                boolean allowed = trial.toFile().setExecutable(true) && Files.isExecutable(trial);
                return allowed ? null : "the folder " + folder + " allows no programs (noexec)";
            } finally {
                Files.delete(trial);
            }
        } catch (IOException e) {
            return "libwebp cannot be unpacked into " + folder + " (" + e + ")";
        }
    }
}
