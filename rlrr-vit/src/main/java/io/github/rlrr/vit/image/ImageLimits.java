package io.github.rlrr.vit.image;

import java.time.Duration;
import java.util.Locale;

/**
 * How large an image file may be, and how much work, before decoding it is refused.
 *
 * <p>A few bytes of header can claim a picture of gigabytes, and a few kilobytes of JPEG can ask
 * for minutes of work, so all but the time is checked before any pixel is decoded; when the time is
 * up, decoding stops.
 *
 * @param minSide the fewest pixels of either side, 1 or more; what is smaller shows nothing
 * @param maxPixels the most pixels, width × height, 1 to 700,000,000
 * @param maxBytes the most bytes of the encoded file, 1 to 2,000,000,000
 * @param maxScans the most scans of a JPEG, 1 or more: progressive files of cameras and programs
 *     have 10, of four inks 18
 * @param maxTime the most processor time that decoding one image may take, of 1 ms or more
 */
public record ImageLimits(
        int minSide, long maxPixels, long maxBytes, int maxScans, Duration maxTime) {

    private static final int SCANS = 100;
    private static final Duration TIME = Duration.ofSeconds(10);

    /**
     * 64 million pixels and 100 million bytes: above any camera's output in the usual data sets;
     * 100 scans and 30 seconds. However small is allowed.
     */
    public static final ImageLimits DEFAULT =
            new ImageLimits(1, 64_000_000, 100_000_000, SCANS, Duration.ofSeconds(30));

    /**
     * For images from strangers: both sides 2 pixels or more, 25 million pixels and 20 million
     * bytes, 100 scans and 10 seconds. Each thread that decodes takes 6 bytes a pixel for 8-bit
     * RGB, up to 11 for 16-bit samples with alpha: 275 MB of the Java heap at most.
     */
    public static final ImageLimits SERVICE = new ImageLimits(2, 25_000_000, 20_000_000);

    // One byte array holds the file, another holds 3 bytes a pixel: both need an int for a length.
    static final long PIXELS_POSSIBLE = 700_000_000;
    private static final long BYTES_POSSIBLE = 2_000_000_000;

    /**
     * Checks the limits.
     *
     * @param minSide as the record has it
     * @param maxPixels as the record has it
     * @param maxBytes as the record has it
     * @param maxScans as the record has it
     * @param maxTime as the record has it
     * @throws IllegalArgumentException if a limit is outside its range
     */
    public ImageLimits {
        check("minSide", minSide, Integer.MAX_VALUE);
        check("maxPixels", maxPixels, PIXELS_POSSIBLE);
        check("maxBytes", maxBytes, BYTES_POSSIBLE);
        check("maxScans", maxScans, Integer.MAX_VALUE);
        if (maxTime.toMillis() < 1 || maxTime.toDays() > 1) {
            throw new IllegalArgumentException(
                    "maxTime: " + maxTime + ", expected a millisecond to a day");
        }
    }

    /**
     * Limits of size, with 100 scans and 10 seconds for each image.
     *
     * @param minSide as the record has it
     * @param maxPixels as the record has it
     * @param maxBytes as the record has it
     * @throws IllegalArgumentException if a limit is outside its range
     */
    public ImageLimits(int minSide, long maxPixels, long maxBytes) {
        this(minSide, maxPixels, maxBytes, SCANS, TIME);
    }

    private static void check(String name, long value, long possible) {
        if (value < 1 || value > possible) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "%s: %,d, expected 1 to %,d", name, value, possible));
        }
    }
}
