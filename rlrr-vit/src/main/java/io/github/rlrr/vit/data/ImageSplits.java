package io.github.rlrr.vit.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The three parts of a data set, with the same classes in the same order and, unless its lists say
 * otherwise, no file in common.
 *
 * @param train what is learned from
 * @param validation what settings are chosen by
 * @param test what the result is measured on, once; may be empty
 */
public record ImageSplits(ImageListing train, ImageListing validation, ImageListing test) {

    /**
     * Checks that the parts belong together.
     *
     * @param train as the record has it
     * @param validation as the record has it
     * @param test as the record has it
     * @throws IllegalArgumentException if their classes differ
     */
    public ImageSplits {
        Objects.requireNonNull(train, "train");
        requireSameClasses("validation", train, validation);
        requireSameClasses("test", train, test);
    }

    /**
     * What is trained on once the settings are chosen: VTAB-1k's 1,000 images are its 800 and 200.
     *
     * @return the training images, then the validation images
     */
    public ImageListing trainAndValidation() {
        List<ImageListing.Entry> all = new ArrayList<>(train.entries());
        all.addAll(validation.entries());
        return train.with(all, train.ignored() + validation.ignored());
    }

    private static void requireSameClasses(String name, ImageListing train, ImageListing other) {
        if (!other.task().equals(train.task())) {
            throw new IllegalArgumentException(
                    name + ": the task " + other.task() + ", expected train's, " + train.task());
        }
        if (!other.classNames().equals(train.classNames())) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: classes %s, expected those of train, %s",
                            name,
                            other.classNames(),
                            train.classNames()));
        }
    }
}
