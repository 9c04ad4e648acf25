package io.github.rlrr.examples.benchmark;

import io.github.rlrr.data.Examples;
import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.examples.recipe.BenchmarkTask;
import io.github.rlrr.examples.recipe.Recipe;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.data.LoadOptions;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** The images of one task; the test images are read once, for all seeds. */
final class BenchmarkImages {

    /** Training and test images are there together; little else needs the heap. */
    private static final double LARGE = 0.4;

    private static final double SMALL = 0.1;

    private final BenchmarkTask task;
    private final ImageSplits splits;
    private final Preprocessing preprocessing;
    private final Augmentation augmentation;
    private final ImageLimits limits;
    private @Nullable Examples test;

    /**
     * Images that were listed.
     *
     * @param task whose images they are
     * @param preprocessing of test images
     * @param augmentation of training images
     * @param limits which images are refused
     */
    BenchmarkImages(
            BenchmarkTask task,
            ImageSplits splits,
            Preprocessing preprocessing,
            Augmentation augmentation,
            ImageLimits limits) {
        this.task = task;
        this.splits = splits;
        this.preprocessing = preprocessing;
        this.augmentation = augmentation;
        this.limits = limits;
    }

    /**
     * Lists the images of a benchmark's task.
     *
     * @param root the folder of all tasks
     * @param preprocessing of test images
     * @param limits which images are refused
     */
    static BenchmarkImages of(
            Recipe recipe,
            BenchmarkTask task,
            Path root,
            Preprocessing preprocessing,
            ImageLimits limits)
            throws IOException {
        Path folder = root.resolve(task.name());
        if (!Files.isDirectory(folder)) {
            throw new IOException("no folder " + folder + ", expected the lists of the task there");
        }
        ImageSplits splits = recipe.layout().splits(folder, 0);
        if (splits.test().size() == 0) {
            throw new IOException(folder + ": no image is listed for the test, expected some");
        }
        return new BenchmarkImages(task, splits, preprocessing, recipe.augmentation(task), limits);
    }

    List<String> classNames() {
        return splits.train().classNames();
    }

    Preprocessing preprocessing() {
        return preprocessing;
    }

    /** What differs from the recipe, in a line; empty when nothing does. */
    String difference() {
        int learned = splits.train().size() + splits.validation().size();
        int expected = task.trainImages() + task.validationImages();
        boolean same =
                learned == expected
                        && splits.test().size() == task.testImages()
                        && classNames().size() == task.classes();
        return same
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%s: %d training, %d test images and %d classes, while the recipe has %d,"
                                + " %d and %d; see --check",
                        task.name(),
                        learned,
                        splits.test().size(),
                        classNames().size(),
                        expected,
                        task.testImages(),
                        task.classes());
    }

    /** What settings are tried on. */
    Examples train() throws IOException {
        return load("training", splits.train(), augmentation, LARGE);
    }

    /** What settings are chosen by. */
    Examples validation() throws IOException {
        return load("validation", splits.validation(), Augmentation.NONE, SMALL);
    }

    /** What is trained on in the end: training and validation images. */
    Examples trainAndValidation() throws IOException {
        return load("training", splits.trainAndValidation(), augmentation, LARGE);
    }

    Examples test() throws IOException {
        Examples known = test;
        if (known == null) {
            known = load("test", splits.test(), Augmentation.NONE, LARGE);
            test = known;
        }
        return known;
    }

    /** Images beyond the share of the heap are decoded whenever they are read. */
    private ImageDataset load(
            String what, ImageListing listing, Augmentation how, double shareOfHeap)
            throws IOException {
        long limit = (long) (Runtime.getRuntime().maxMemory() * shareOfHeap);
        LoadOptions options = LoadOptions.defaults().withMemoryLimit(limit).withLimits(limits);
        if (!Terminal.isInteractive()) {
            return ImageDataset.load(listing, preprocessing, how, options);
        }
        try (ProgressBar bar = Progress.bar(task.name() + ": reading " + what, listing.size())) {
            return ImageDataset.load(
                    listing, preprocessing, how, options.withProgress(bar::stepTo));
        }
    }
}
