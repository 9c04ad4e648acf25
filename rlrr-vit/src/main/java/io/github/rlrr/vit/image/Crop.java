package io.github.rlrr.vit.image;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How the shape of an image becomes the shape of the input: it is resized to somewhat more than the
 * input's size, then the centre is cut out.
 *
 * <p>The size before the cut is ⌊size / fraction⌋ on each side, timm's {@code crop_pct}: 224 pixels
 * and 0.9 give 248. A fraction of 1 cuts nothing off where the aspect ratio is the input's.
 *
 * @param mode whether the aspect ratio is kept
 * @param fraction of the resized side that is kept, above 0 to 1
 */
public record Crop(Mode mode, double fraction) {

    /** What becomes of the aspect ratio; the names are timm's {@code crop_mode}. */
    public enum Mode {
        /** Both sides are resized to the size before the cut, whatever the aspect ratio. */
        SQUASH,
        /** The shorter side is resized to the size before the cut, the other in proportion. */
        CENTER
    }

    /** The whole image, squashed to the input's size. */
    public static final Crop NONE = new Crop(Mode.SQUASH, 1);

    /** The smallest fraction that is sensible. */
    private static final double LEAST = 1e-2;

    /**
     * Checks the fields.
     *
     * @param mode as the record has it
     * @param fraction as the record has it
     * @throws IllegalArgumentException if the fraction is below 0.01 or above 1
     */
    public Crop {
        Objects.requireNonNull(mode, "mode");
        if (!(fraction >= LEAST && fraction <= 1)) {
            throw new IllegalArgumentException(
                    "crop fraction: " + fraction + ", expected " + LEAST + " to 1");
        }
    }

    /**
     * The crop that cuts a size out of a resized one.
     *
     * @param mode what becomes of the aspect ratio
     * @param size of the input in pixels
     * @param resized the size before the cut in pixels, at least {@code size}
     * @return the crop whose {@link #resized} of {@code size} is {@code resized}
     * @throws IllegalArgumentException if {@code resized} is smaller than {@code size}
     */
    public static Crop of(Mode mode, int size, int resized) {
        double fraction = (double) size / resized;
        // The quotient may be rounded up, and its reciprocal fall short of the whole number.
        while (fraction <= 1 && (int) Math.floor(size / fraction) < resized) {
            fraction = Math.nextDown(fraction);
        }
        return new Crop(mode, fraction);
    }

    /**
     * The size before the cut.
     *
     * @param size of the input in pixels
     * @return ⌊size / fraction⌋
     */
    public int resized(int size) {
        return (int) Math.floor(size / fraction);
    }

    /**
     * Resizes an image and cuts out its centre, as torchvision's {@code Resize} and {@code
     * CenterCrop} do on a Pillow image, or timm's {@code ResizeKeepRatio} where the input is not
     * square.
     *
     * @param image the source
     * @param height of the result in pixels
     * @param width of the result in pixels
     * @param filter for resizing
     * @return an image of {@code width} × {@code height}, possibly the source itself
     */
    RgbImage apply(RgbImage image, int height, int width, Interpolation filter) {
        int[] to = uncut(image, height, width);
        int top = margin(to[0], height);
        int left = margin(to[1], width);
        return Resampling.resize(image, to[1], to[0], left, top, width, height, filter);
    }

    /** Height and width of an image resized, before the cut. */
    int[] uncut(RgbImage image, int height, int width) {
        int toHeight = resized(height);
        int toWidth = resized(width);
        return mode == Mode.CENTER
                ? keepingAspect(image, toHeight, toWidth)
                : new int[] {toHeight, toWidth};
    }

    /** What is cut off before the centre. */
    static int margin(int from, int kept) {
        return (int) Math.rint((from - kept) / 2.0); // half to even, as Python rounds
    }

    /** Height and width after the shorter side has reached its size. */
    private static int[] keepingAspect(RgbImage image, int height, int width) {
        int h = image.height();
        int w = image.width();
        if (height == width) {
            return w <= h
                    ? new int[] {proportion(width, h, w), width}
                    : new int[] {height, proportion(height, w, h)};
        }
        double ratio = Math.min((double) h / height, (double) w / width);
        return new int[] {
            Math.max(height, (int) Math.rint(h / ratio)),
            Math.max(width, (int) Math.rint(w / ratio))
        };
    }

    /** ⌊size · longer / shorter⌋, cut at what an index can hold. */
    private static int proportion(int size, int longer, int shorter) {
        return (int) ((double) ((long) size * longer) / shorter);
    }

    /**
     * Reads what {@link #toMap} wrote; anything else is a ClassCast- or other runtime exception.
     */
    static Crop fromMap(Map<?, ?> values) {
        String mode = String.valueOf(values.get("mode")).toUpperCase(Locale.ROOT);
        Number fraction = (Number) Objects.requireNonNull(values.get("fraction"));
        return new Crop(Mode.valueOf(mode), fraction.doubleValue());
    }

    Map<String, Object> toMap() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("mode", mode.name().toLowerCase(Locale.ROOT));
        values.put("fraction", fraction);
        return values;
    }
}
