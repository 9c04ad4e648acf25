package io.github.rlrr.vit.image;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A part of the input's size, from anywhere in the image as the preprocessing resizes it before it
 * cuts the centre out: torchvision's {@code Resize(…), RandomCrop(size)}.
 *
 * <p>The usual recipe for fine-grained classes squashes to 256 × 256 and draws 224 × 224: {@code
 * Crop.of(Crop.Mode.SQUASH, 224, 256)} with bilinear resizing. The resized image is kept, 192 KiB
 * of 256 × 256. First the top edge is drawn, then the left one, each uniform over all whole pixels.
 */
public record RandomCrop() implements Region {

    @Override
    public void check(Preprocessing preprocessing) {
        int height = preprocessing.height();
        int width = preprocessing.width();
        Crop crop = preprocessing.crop();
        // With the aspect ratio kept, there is room in all images that are not of the input's.
        if (crop.mode() == Crop.Mode.SQUASH
                && crop.resized(height) == height
                && crop.resized(width) == width) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "random crop of %sx%s (height x width) from images squashed to the same"
                                    + " size, expected a crop fraction below 1, such as %s for"
                                    + " images of 256 and inputs of 224",
                            height,
                            width,
                            224 / 256.0));
        }
    }

    @Override
    public RgbImage keep(RgbImage decoded, Preprocessing preprocessing) {
        return preprocessing.resizeUncut(decoded);
    }

    @Override
    public RgbImage plain(RgbImage kept, Preprocessing preprocessing) {
        return preprocessing.centre(kept);
    }

    @Override
    public RgbImage draw(RgbImage kept, Preprocessing preprocessing, SplittableRandom random) {
        int width = preprocessing.width();
        int height = preprocessing.height();
        int top = Draws.upTo(random, kept.height() - height);
        int left = Draws.upTo(random, kept.width() - width);
        return kept.part(left, top, width, height);
    }
}
