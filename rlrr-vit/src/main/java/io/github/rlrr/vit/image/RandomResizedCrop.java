package io.github.rlrr.vit.image;

import java.util.SplittableRandom;

/**
 * A part of random area and aspect ratio, resized to the input's size: torchvision's {@code
 * RandomResizedCrop(size, scale=(minScale, 1), ratio=(3/4, 4/3))}.
 *
 * <p>For an image of width W and height H, up to ten times a share s of the area, uniform in
 * [minScale, 1], and an aspect ratio a, uniform in log a, are drawn; the part is ⌊√(sWH·a)⌉ wide
 * and ⌊√(sWH/a)⌉ high. The first that fits is taken, at a uniform place. If none does, it is the
 * centre of the image, all of it but for what makes its aspect ratio less than 3/4 or more than
 * 4/3. The part is cut out first and resized then, with the preprocessing's filter, so no pixel
 * outside it has any weight. The crop of the preprocessing is for {@link #plain} only.
 *
 * <p>The draws are in double, while torchvision's are in float32: the distribution is the same.
 *
 * <p>Images are kept at their own size, 549 KiB of 500 × 375. They are not shrunk to make them fit
 * into memory, since that would change the values.
 *
 * @param minScale the smallest share of the area, above 0 to 1; torchvision's default is 0.08
 */
public record RandomResizedCrop(double minScale) implements Region {

    private static final int TRIES = 10;
    private static final double MIN_RATIO = 3 / 4.0;
    private static final double MAX_RATIO = 4 / 3.0;

    /** A part of an image, in pixels. */
    record Part(int left, int top, int width, int height) {}

    /**
     * Checks the share.
     *
     * @param minScale as the record has it
     * @throws IllegalArgumentException if it is not above 0 and at most 1
     */
    public RandomResizedCrop {
        if (!(minScale > 0 && minScale <= 1)) {
            throw new IllegalArgumentException(
                    "random resized crop: smallest share of the area "
                            + minScale
                            + ", expected above 0 to 1");
        }
    }

    @Override
    public void check(Preprocessing preprocessing) {
        // Any size leaves something to draw.
    }

    @Override
    public RgbImage keep(RgbImage decoded, Preprocessing preprocessing) {
        return decoded;
    }

    @Override
    public RgbImage plain(RgbImage kept, Preprocessing preprocessing) {
        return preprocessing.resize(kept);
    }

    @Override
    public RgbImage draw(RgbImage kept, Preprocessing preprocessing, SplittableRandom random) {
        Part part = part(kept.width(), kept.height(), random);
        RgbImage cut = kept.part(part.left, part.top, part.width, part.height);
        return Resampling.resize(
                cut, preprocessing.width(), preprocessing.height(), preprocessing.interpolation());
    }

    /** Draws the part of an image of this size. */
    Part part(int width, int height, SplittableRandom random) {
        double area = (double) width * height;
        // StrictMath: the same on every machine, to the bit.
        double minLog = StrictMath.log(MIN_RATIO);
        double maxLog = StrictMath.log(MAX_RATIO);
        for (int i = 0; i < TRIES; i++) {
            double target = area * Draws.between(random, minScale, 1);
            double ratio = StrictMath.exp(Draws.between(random, minLog, maxLog));
            int w = (int) Math.rint(Math.sqrt(target * ratio));
            int h = (int) Math.rint(Math.sqrt(target / ratio));
            if (0 < w && w <= width && 0 < h && h <= height) {
                int top = Draws.upTo(random, height - h);
                int left = Draws.upTo(random, width - w);
                return new Part(left, top, w, h);
            }
        }
        double ratio = (double) width / height;
        int w = ratio > MAX_RATIO ? (int) Math.rint(height * MAX_RATIO) : width;
        int h = ratio < MIN_RATIO ? (int) Math.rint(width / MIN_RATIO) : height;
        return new Part((width - w) / 2, (height - h) / 2, w, h);
    }
}
