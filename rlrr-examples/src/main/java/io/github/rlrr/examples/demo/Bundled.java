package io.github.rlrr.examples.demo;

import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.TemporaryFiles;
import io.github.rlrr.io.WriteFault;
import io.github.rlrr.vit.hub.HubSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The model and the images that come with the examples, written to files where they are needed. */
public final class Bundled {

    /** The name under which {@code --checkpoint} takes the bundled Vision Transformer. */
    public static final String VIT = "bundled:vit-cifar10";

    private static final String VIT_FILE = "vit-cifar10.safetensors";
    private static final String DATA_FILE = "fashion-mnist-subset.zip";
    private static final String NOTICE = "NOTICE.txt";
    private static final Logger LOG = LoggerFactory.getLogger(Bundled.class);

    private Bundled() {}

    /**
     * The bundled Vision Transformer as a file: one in the cache for all processes, of a name that
     * tells its content. Where the cache cannot be used, it is a temporary file that goes when the
     * JVM ends, or when the next one begins.
     *
     * @return the file
     */
    public static Path vit() throws IOException {
        byte[] content;
        try (InputStream in = resource(VIT_FILE)) {
            content = in.readAllBytes();
        }
        try {
            Path folder = HubSettings.fromEnvironment().cache().resolve("bundled");
            Path file = folder.resolve(sum(content) + "-" + VIT_FILE);
            if (!holds(file, content)) {
                TemporaryFiles.sweep(folder);
                AtomicFile.write(file, out -> out.write(content));
            }
            return file;
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("the cache cannot be used: {}", e.getMessage());
            return temporary(content);
        }
    }

    private static Path temporary(byte[] content) throws IOException {
        Path folder = TemporaryFiles.folder();
        folder.toFile().deleteOnExit(); // after what is in it, which is named later
        Path file = folder.resolve(VIT_FILE);
        file.toFile().deleteOnExit();
        Files.write(file, content);
        return file;
    }

    private static boolean holds(Path file, byte[] content) throws IOException {
        return Files.isRegularFile(file)
                && Files.size(file) == content.length
                && Arrays.equals(Files.readAllBytes(file), content);
    }

    private static String sum(byte[] content) {
        CRC32C sum = new CRC32C();
        sum.update(content);
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    /**
     * Unpacks the Fashion-MNIST subset: {@code train}, {@code val} and {@code test} with a folder a
     * class. A folder unpacked before is taken as it is.
     *
     * @param folder where to
     * @throws IOException when a file cannot be written
     */
    public static void unpackFashionMnist(Path folder) throws IOException {
        // The notice is written last: where it is, all is.
        if (Files.exists(folder.resolve(NOTICE))) {
            return;
        }
        byte[] notice = {};
        try (ZipInputStream zip = new ZipInputStream(resource(DATA_FILE))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals(NOTICE)) {
                    notice = zip.readAllBytes();
                } else if (!entry.isDirectory()) {
                    Path target = folder.resolve(entry.getName());
                    Files.createDirectories(Objects.requireNonNull(target.getParent()));
                    write(target, zip.readAllBytes());
                }
            }
        }
        write(folder.resolve(NOTICE), notice);
    }

    private static void write(Path file, byte[] content) throws IOException {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw WriteFault.of(file, content.length, e);
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = Bundled.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("the resource demo/" + name + " is missing from the jar");
        }
        return in;
    }
}
