package io.github.rlrr.vit.image;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses an image that is over a limit, and says which and how it is lifted.
 *
 * @param limits what holds
 * @param name what to call the image in messages
 */
record LimitCheck(ImageLimits limits, String name) {

    void bytes(long bytes) throws ImageDecodeException {
        if (bytes > limits.maxBytes()) {
            throw over(
                    String.format(Locale.ROOT, "%,d bytes or more", bytes),
                    String.format(Locale.ROOT, "at most %,d", limits.maxBytes()),
                    "bytes=N",
                    null);
        }
    }

    void pixels(int width, int height, String format) throws ImageDecodeException {
        String found = String.format(Locale.ROOT, "%s of %dx%d pixels", format, width, height);
        long pixels = (long) width * height;
        if (pixels > limits.maxPixels()) {
            String most = String.format(Locale.ROOT, "at most %,d pixels", limits.maxPixels());
            boolean possible = pixels <= ImageLimits.PIXELS_POSSIBLE;
            throw over(found, most, possible ? "pixels=" + pixels : null, null);
        }
        int side = Math.min(width, height);
        if (side < limits.minSide()) {
            String least = "at least " + limits.minSide() + " pixels a side";
            throw over(found, least, "side=" + side, null);
        }
    }

    void scans(int scans) throws ImageDecodeException {
        if (scans > limits.maxScans()) {
            throw over(
                    String.format(Locale.ROOT, "JPEG of %,d scans", scans),
                    String.format(Locale.ROOT, "at most %,d", limits.maxScans()),
                    "scans=" + scans,
                    null);
        }
    }

    /** To be thrown when the time is spent. */
    ImageDecodeException tooLong(String format, @Nullable Throwable cause) {
        String seconds = String.format(Locale.ROOT, "%.3f", limits.maxTime().toMillis() / 1e3);
        return over(
                format + " that takes longer to decode",
                "at most " + seconds.replaceFirst("\\.?0+$", "") + " s of processor time",
                "seconds=N",
                cause);
    }

    private ImageDecodeException over(
            String found, String limit, @Nullable String option, @Nullable Throwable cause) {
        String lift = option == null ? "" : ", on the command line --limits " + option;
        return new ImageDecodeException(name, found, limit + " (ImageLimits" + lift + ")", cause);
    }
}
