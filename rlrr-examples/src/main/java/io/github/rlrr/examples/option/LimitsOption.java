package io.github.rlrr.examples.option;

import io.github.rlrr.vit.image.ImageLimits;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How large the images of a command may be, and how much work. */
public final class LimitsOption {

    private static final String EXPECTED =
            "expected such as pixels=200M,bytes=500M: side, pixels, bytes, scans, seconds, each with"
                    + " a whole number, K, M or G for thousands, millions or billions";

    @Option(
            names = "--limits",
            paramLabel = "NAME=N,...",
            description =
                    "Which images are refused: side=1 (fewest pixels of a side), pixels=64M,"
                            + " bytes=100M, scans=100 (of a JPEG), seconds=30 (of processor time for"
                            + " one image). Default: these; give those to change.")
    private @Nullable String limits;

    /**
     * The limits that hold.
     *
     * @throws IllegalArgumentException when the option's text is malformed, or a number out of its
     *     range
     */
    public ImageLimits limits() {
        ImageLimits result = ImageLimits.DEFAULT;
        if (limits == null) {
            return result;
        }
        Set<String> seen = new HashSet<>();
        for (String part : limits.split(",", -1)) {
            String[] words = part.strip().toLowerCase(Locale.ROOT).split("=", 2);
            if (words.length < 2 || !words[1].matches("[0-9]{1,12}[kmg]?")) {
                throw fault("'" + part.strip() + "'", EXPECTED);
            }
            if (!seen.add(words[0])) {
                throw fault(words[0] + " twice", "expected each once");
            }
            try {
                result = with(result, words[0], number(words[1]));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw fault(e.getMessage() == null ? words[1] : e.getMessage(), null);
            }
        }
        return result;
    }

    private static ImageLimits with(ImageLimits old, String name, long value) {
        int side = old.minSide();
        long pixels = old.maxPixels();
        long bytes = old.maxBytes();
        int scans = old.maxScans();
        Duration time = old.maxTime();
        switch (name) {
            case "side" -> side = Math.toIntExact(value);
            case "pixels" -> pixels = value;
            case "bytes" -> bytes = value;
            case "scans" -> scans = Math.toIntExact(value);
            case "seconds" -> time = Duration.ofSeconds(value);
            default -> throw new IllegalArgumentException("'" + name + "', " + EXPECTED);
        }
        return new ImageLimits(side, pixels, bytes, scans, time);
    }

    private static long number(String text) {
        int last = "kmg".indexOf(text.charAt(text.length() - 1));
        long digits = Long.parseLong(last < 0 ? text : text.substring(0, text.length() - 1));
        return Math.multiplyExact(
                digits, new long[] {1, 1_000, 1_000_000, 1_000_000_000}[last + 1]);
    }

    private IllegalArgumentException fault(String found, @Nullable String expected) {
        String end = expected == null ? "" : ", " + expected;
        return new IllegalArgumentException("--limits " + limits + ": " + found + end);
    }
}
