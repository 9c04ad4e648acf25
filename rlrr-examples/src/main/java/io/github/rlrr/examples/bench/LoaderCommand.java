package io.github.rlrr.examples.bench;

import io.github.rlrr.examples.option.JsonOption;
import io.github.rlrr.examples.output.TextTable;
import io.github.rlrr.vit.data.ImageTree;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code rlrr bench loader}: how many images a second one thread decodes, resizes and reads, by its
 * processor time, of the fastest of several passes.
 */
@Command(
        name = "loader",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Images a second of one core: decoding, resizing to 224x224, reading from memory.")
final class LoaderCommand implements Callable<Integer> {

    private static final int SIZE = 224;
    private static final int RESIZED = 256;
    private static final int MOST = 500;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** What is timed, image by image. */
    private interface Work {
        void on(int index) throws IOException;
    }

    /** As JSON, a line. */
    private record Figures(
            String side,
            String what,
            int images,
            long meanFileBytes,
            Map<String, Double> imagesPerSecond,
            Map<String, String> versions,
            Machine machine) {}

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "A folder of images, at any depth; the first 500 are taken. Required.")
    private Path data = Path.of("");

    @Option(
            names = "--passes",
            paramLabel = "N",
            defaultValue = "5",
            description = "Times each work is timed; the fastest counts. Default: 5.")
    private int passes;

    @Option(
            names = "--seconds",
            paramLabel = "X",
            defaultValue = "1",
            description = "The least length of a pass. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Mixin private final JsonOption json = new JsonOption();

    private final Map<String, Double> speeds = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException {
        if (passes < 1) {
            throw new IllegalArgumentException("--passes is " + passes + ", expected at least 1");
        }
        json.check();
        List<Path> files = ImageTree.below(data).some(data).stream().limit(MOST).toList();
        ImageDecoder decoder = new ImageDecoder();
        List<RgbImage> decoded = new ArrayList<>();
        long bytes = 0;
        for (Path file : files) {
            decoded.add(decoder.decode(file));
            bytes += Files.size(file);
        }
        int count = files.size();
        Preprocessing bicubic = Preprocessing.vitDefault(SIZE);
        measure("decode", count, i -> decoder.decode(files.get(i)));
        measure("resize, bicubic", count, i -> bicubic.resize(decoded.get(i)));
        measure("decode and resize", count, i -> bicubic.resize(decoder.decode(files.get(i))));
        Preprocessing fgvc =
                new Preprocessing(
                        SIZE,
                        SIZE,
                        Interpolation.BILINEAR,
                        bicubic.mean(),
                        bicubic.std(),
                        Crop.of(Crop.Mode.SQUASH, SIZE, RESIZED));
        read("none", bicubic, decoded);
        read("flip", bicubic, decoded);
        read("random-crop,flip", fgvc, decoded);
        read("random-resized-crop,flip", bicubic, decoded);
        report(count, bytes / count);
        return 0;
    }

    private void read(String words, Preprocessing preprocessing, List<RgbImage> decoded)
            throws IOException {
        Augmentation augmentation = Augmentation.parse(words);
        List<RgbImage> kept =
                decoded.stream()
                        .map(image -> augmentation.region().keep(image, preprocessing))
                        .toList();
        float[] target = new float[3 * SIZE * SIZE];
        SplittableRandom random = new SplittableRandom(1);
        measure(
                "read from memory, " + words,
                kept.size(),
                i -> augmentation.read(kept.get(i), preprocessing, random, target, 0));
    }

    private void measure(String what, int count, Work work) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        err.println("loader: " + what);
        err.flush();
        double best = 0;
        for (int pass = 0; pass < passes; pass++) {
            long start = THREADS.getCurrentThreadCpuTime();
            long done = 0;
            double used = 0;
            // At least one round, and until the clock has moved.
            while (used < seconds || used == 0) {
                for (int i = 0; i < count; i++) {
                    work.on(i);
                }
                done += count;
                used = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
            }
            best = Math.max(best, done / used);
        }
        speeds.put(what, best);
    }

    private void report(int images, long meanBytes) throws IOException {
        Figures figures =
                new Figures(
                        "rlrr",
                        "loader",
                        images,
                        meanBytes,
                        speeds,
                        Machine.versions(),
                        Machine.here());
        List<List<String>> grid = new ArrayList<>(List.of(List.of("", "images/s")));
        speeds.forEach(
                (what, speed) ->
                        grid.add(List.of(what, String.format(Locale.ROOT, "%,.0f", speed))));
        String table =
                TextTable.of(grid)
                        + String.format(
                                Locale.ROOT,
                                "%d images, mean file %d KiB; by the processor time of one"
                                        + " thread%n%s%n",
                                images,
                                meanBytes / 1024,
                                Machine.here().line());
        json.write(spec.commandLine(), List.of(Measurement.JSON.toJson(figures)), table);
    }
}
