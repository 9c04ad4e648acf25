package io.github.rlrr.examples.app;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The bundled images and an adapter trained on them for one epoch, made once for all tests. */
public final class DemoModel {

    private static final DemoModel INSTANCE = new DemoModel();

    private final Path folder;

    private DemoModel() {
        try {
            folder = Files.createTempDirectory("rlrr-demo");
            Bundled.unpackFashionMnist(folder.resolve("images"));
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
        try (Stream<Path> files = Files.list(images().resolve("test").resolve(name))) {
            return files.sorted().limit(count).toList();
        }
    }
}
