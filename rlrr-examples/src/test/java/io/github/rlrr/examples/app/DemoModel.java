package io.github.rlrr.examples.app;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The bundled images, of the 2,000 for the test 400, and an adapter trained on them for one epoch,
 * made once for all tests.
 */
public final class DemoModel {

    private static final int TEST_IMAGES_A_CLASS = 40;

    private static final DemoModel INSTANCE = new DemoModel();

    private final Path folder;

    private DemoModel() {
        try {
            folder = Files.createTempDirectory("rlrr-demo");
            Bundled.unpackFashionMnist(folder.resolve("images"));
            try (Stream<Path> classes = Files.list(folder.resolve("images/test"))) {
                for (Path of : classes.toList()) {
                    for (Path image : inOrder(of).skip(TEST_IMAGES_A_CLASS).toList()) {
                        Files.delete(image);
                    }
                }
            }
            CommandLine.Result result =
                    CommandLine.rlrr(
                            "finetune",
                            "--data",
                            images(),
                            "--checkpoint",
                            Bundled.VIT,
                            "--out",
                            folder,
                            "--epochs",
                            1);
            if (result.exitCode() != 0) {
                throw new IllegalStateException(result.err());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static DemoModel get() {
        return INSTANCE;
    }

    public Path folder() {
        return folder;
    }

    public Path images() {
        return folder.resolve("images");
    }

    public Path adapter() {
        return folder.resolve("adapter");
    }

    public List<String> classNames() throws IOException {
        return AdapterFolder.describe(adapter()).metadata().classNames();
    }

    /** The first test images of a class. */
    public List<Path> testImages(String name, int count) throws IOException {
        return inOrder(images().resolve("test").resolve(name)).limit(count).toList();
    }

    private static Stream<Path> inOrder(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        }
    }
}
