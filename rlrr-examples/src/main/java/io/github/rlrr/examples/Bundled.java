package io.github.rlrr.examples;

import io.github.rlrr.io.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The model and the images that come with the examples, written to files where they are needed. */
public final class Bundled {

    /** The name under which {@code --checkpoint} takes the bundled Vision Transformer. */
    static final String VIT = "bundled:vit-cifar10";

    private static final String VIT_FILE = "vit-cifar10.safetensors";
    private static final String DATA_FILE = "fashion-mnist-subset.zip";
    private static final String NOTICE = "NOTICE.txt";

    private Bundled() {}

    /**
     * Writes the bundled Vision Transformer to a temporary file.
     *
     * @return the file; it goes when the JVM ends
     */
    static Path vit() throws IOException {
        Path file = Files.createTempFile("rlrr-", "-" + VIT_FILE);
        file.toFile().deleteOnExit();
        try (InputStream in = resource(VIT_FILE)) {
            AtomicFile.write(file, in::transferTo);
        }
        return file;
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
                    Files.write(target, zip.readAllBytes());
                }
            }
        }
        Files.write(folder.resolve(NOTICE), notice);
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = Bundled.class.getResourceAsStream("demo/" + name);
        if (in == null) {
            throw new IOException("the resource demo/" + name + " is missing from the jar");
        }
        return in;
    }
}
