package io.github.rlrr.examples.option;

import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.examples.output.OutPlace;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.data.DataLayout;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageFolder;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.data.ListedPaths;
import io.github.rlrr.vit.data.LoadOptions;
import io.github.rlrr.vit.data.Question;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which images of a data set, whatever its layout, a command works on, and how it reads them. */
public final class DataOptions {

    @Option(
            names = "--task",
            paramLabel = "NAME",
            description =
                    "What is asked of an image: single-label, multi-label (several labels) or"
                            + " regression (numbers). Default: what the data says, which is one label"
                            + " unless there are several beyond doubt.")
    private @Nullable String task;

    @Option(
            names = "--columns",
            paramLabel = "COLUMN[,COLUMN...]",
            hideParamSyntax = true,
            split = ",",
            description =
                    "The columns of a CSV to learn: of labels (1, 0 or nothing in each) or of"
                            + " numbers. Default: label, or for several labels all others.")
    private @Nullable List<String> columns;

    @Option(
            names = "--shots",
            paramLabel = "K",
            description =
                    "Train on K images of each class, drawn by the seed, after the validation and"
                            + " test images are set apart. Default: all.")
    private @Nullable Integer shots;

    @Option(
            names = "--augment",
            paramLabel = "HOW",
            hideParamSyntax = true,
            defaultValue = "none",
            description =
                    "What is drawn anew whenever a training image is seen: none, flip, random-crop,"
                            + " which needs a --crop, or random-resized-crop (=0.35 for at least that"
                            + " share of the image); a flip goes with either, after a comma."
                            + " Default: none.")
    private String augment = "none";

    @Option(
            names = "--skip-unreadable",
            paramLabel = "FRACTION",
            defaultValue = "0",
            description =
                    "The share of images, 0 to 1, that may be unreadable and are left out."
                            + " Default: 0, the first one stops the run.")
    private double skipUnreadable;

    @Mixin private final LimitsOption limits = new LimitsOption();
    @Mixin private final OutsideOption outside = new OutsideOption();

    /**
     * The three parts of a data set, the training images as few as was asked for.
     *
     * @param out where results go, which may not be where images are read
     */
    public ImageSplits splits(Path data, long seed, Path out) throws IOException {
        if (shots != null && shots < 1) {
            throw new IllegalArgumentException("--shots is " + shots + ", expected at least 1");
        }
        Question question = new Question(task, columns == null ? List.of() : columns, List.of());
        ImageSplits all = splits(data, seed, outside.allowed(), out, question);
        return shots == null
                ? all
                : new ImageSplits(all.train().shots(shots, seed), all.validation(), all.test());
    }

    /** The three parts of a data set, none of them where results go. */
    public static ImageSplits splits(
            Path data, long seed, ListedPaths allowed, Path out, Question question)
            throws IOException {
        DataLayout layout = DataLayout.of(data, question);
        ImageSplits splits = layout.splits(data, seed, allowed, question);
        OutPlace.check(
                out, data, layout, List.of(splits.train(), splits.validation(), splits.test()));
        return splits;
    }

    /**
     * What an adapter is evaluated on: of a folder of images its folder {@code test}, or else all
     * of them; of lists those for the test.
     *
     * @param allowed where the images of lists may lie
     * @param out where results go, which may not be where images are read; null if nowhere
     * @param question what the adapter answers
     */
    public static ImageListing evaluated(
            Path data, ListedPaths allowed, @Nullable Path out, Question question)
            throws IOException {
        DataLayout layout = DataLayout.of(data, question);
        boolean folders = layout == DataLayout.IMAGE_FOLDER && Tasks.USUAL.equals(question.task());
        ImageListing test =
                folders
                        ? ImageFolder.evaluated(data)
                        : layout.splits(data, 0, allowed, question).test();
        if (out != null) {
            OutPlace.check(out, data, layout, List.of(test));
        }
        if (test.size() == 0) {
            throw new IOException(data + ": no image is listed for the test, expected some");
        }
        return test;
    }

    /** Which images are refused; an unchecked error where the option is malformed. */
    public ImageLimits limits() {
        return limits.limits();
    }

    /** What is drawn anew whenever a training image is seen. */
    public Augmentation augmentation() {
        return Augmentation.parse(augment);
    }

    /**
     * Reads images, with a bar where a person watches.
     *
     * @param what they are, for the bar
     */
    public ImageDataset load(
            String what,
            ImageListing listing,
            Preprocessing preprocessing,
            Augmentation augmentation)
            throws IOException {
        return read(
                "reading " + what,
                listing,
                preprocessing,
                augmentation,
                LoadOptions.defaults()
                        .withMaxUnreadable(skipUnreadable)
                        .withLimits(limits.limits()));
    }

    /**
     * Reads images, with a bar where a person watches.
     *
     * @param words of the bar
     */
    public static ImageDataset read(
            String words,
            ImageListing listing,
            Preprocessing preprocessing,
            Augmentation augmentation,
            LoadOptions options)
            throws IOException {
        if (!Terminal.isInteractive()) {
            return ImageDataset.load(listing, preprocessing, augmentation, options);
        }
        try (ProgressBar bar = Progress.bar(words, listing.size())) {
            return ImageDataset.load(
                    listing, preprocessing, augmentation, options.withProgress(bar::stepTo));
        }
    }
}
