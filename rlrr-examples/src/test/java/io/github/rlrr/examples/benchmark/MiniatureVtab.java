package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Tasks in VTAB-1k's layout on disk, with a few bundled images of three classes: 4 + 1 to learn
 * from and 2 to test on in each class.
 */
public final class MiniatureVtab {

    static final int TRAIN = 12;
    static final int VALIDATION = 3;
    static final int TEST = 6;

    private static final List<String> CLASSES = List.of("bag", "sandal", "trouser");
    private static final Path IMAGES = unpacked();

    private final Path root;

    /** Makes the tasks below a folder. */
    public MiniatureVtab(Path root, String... tasks) throws IOException {
        this.root = root;
        for (String task : tasks) {
            make(root.resolve(task));
        }
    }

    private static Path unpacked() {
        try {
            Path folder = Files.createTempDirectory("rlrr-miniature");
            Bundled.unpackFashionMnist(folder);
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public Path root() {
        return root;
    }

    Path list(String task, String name) {
        return root.resolve(task).resolve(name);
    }

    /** A test image of a task. */
    Path testImage(String task) {
        return root.resolve(task).resolve("images/test/000000.png");
    }

    private static void make(Path task) throws IOException {
        List<String> train = copy(task, "train800", "train", 4);
        List<String> validation = copy(task, "val200", "val", 1);
        List<String> both = copy(task, "train800val200", "train", 4);
        both.addAll(copy(task, "train800val200", "val", 1));
        Files.write(task.resolve("train800.txt"), train);
        Files.write(task.resolve("val200.txt"), validation);
        Files.write(task.resolve("train800val200.txt"), both);
        Files.write(task.resolve("test.txt"), copy(task, "test", "test", 2));
    }

    /** Copies so many images of each class; the lines of their list. */
    private static List<String> copy(Path task, String folder, String part, int each)
            throws IOException {
        Path target = Files.createDirectories(task.resolve("images").resolve(folder));
        List<String> lines = new ArrayList<>();
        for (String name : CLASSES) {
            List<Path> images;
            try (Stream<Path> files = Files.list(IMAGES.resolve(part).resolve(name))) {
                images = files.sorted().limit(each).toList();
            }
            for (Path image : images) {
                int number;
                try (Stream<Path> there = Files.list(target)) {
                    number = (int) there.count();
                }
                String file = String.format(Locale.ROOT, "%06d.png", number);
                Files.copy(image, target.resolve(file));
                lines.add("images/" + folder + "/" + file + " " + CLASSES.indexOf(name));
            }
        }
        return lines;
    }
}
