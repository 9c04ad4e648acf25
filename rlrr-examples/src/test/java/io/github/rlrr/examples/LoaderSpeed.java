package io.github.rlrr.examples;

import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Prints how many images a second one thread decodes, resizes and reads: {@code LoaderSpeed <folder
 * of images>}. Of five passes over the folder, of at least a second each, the fastest counts.
 */
final class LoaderSpeed {

    private static final int SIZE = 224;
    private static final int PASSES = 5;
    private static final double SECONDS = 1;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** What is timed, image by image. */
    private interface Work {
        void on(int index) throws IOException;
    }

    private LoaderSpeed() {}

    public static void main(String[] arguments) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(Path.of(arguments[0]))) {
            files = all.filter(Files::isRegularFile).sorted().limit(500).toList();
        }
        ImageDecoder decoder = new ImageDecoder();
        List<RgbImage> decoded = new ArrayList<>();
        long bytes = 0;
        for (Path file : files) {
            decoded.add(decoder.decode(file));
            bytes += Files.size(file);
        }
        System.out.printf(
                Locale.ROOT,
                "%d images, first %s, mean file %d KiB%n",
                files.size(),
                decoded.get(0),
                bytes / files.size() / 1024);
        int count = files.size();
        Preprocessing bicubic = Preprocessing.vitDefault(SIZE);
        report("decode", count, i -> decoder.decode(files.get(i)));
        report("resize, bicubic", count, i -> bicubic.resize(decoded.get(i)));
        report("decode and resize", count, i -> bicubic.resize(decoder.decode(files.get(i))));
        Preprocessing fgvc =
                new Preprocessing(
                        SIZE,
                        SIZE,
                        Interpolation.BILINEAR,
                        bicubic.mean(),
                        bicubic.std(),
                        Crop.of(Crop.Mode.SQUASH, SIZE, 256));
        read("none", bicubic, decoded);
        read("flip", bicubic, decoded);
        read("random-crop,flip", fgvc, decoded);
        read("random-resized-crop,flip", bicubic, decoded);
    }

    private static void read(String words, Preprocessing preprocessing, List<RgbImage> decoded)
            throws IOException {
        Augmentation augmentation = Augmentation.parse(words);
        List<RgbImage> kept =
                decoded.stream()
                        .map(image -> augmentation.region().keep(image, preprocessing))
                        .toList();
        float[] target = new float[3 * SIZE * SIZE];
        SplittableRandom random = new SplittableRandom(1);
        report(
                "read from memory, " + words,
                kept.size(),
                i -> augmentation.read(kept.get(i), preprocessing, random, target, 0));
    }

    private static void report(String what, int count, Work work) throws IOException {
        double best = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            long start = THREADS.getCurrentThreadCpuTime();
            long done = 0;
            double seconds = 0;
            while (seconds < SECONDS) {
                for (int i = 0; i < count; i++) {
                    work.on(i);
                }
                done += count;
                seconds = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
            }
            best = Math.max(best, done / seconds);
        }
        System.out.printf(Locale.ROOT, "%-44s %,8.0f images/s%n", what, best);
    }
}
