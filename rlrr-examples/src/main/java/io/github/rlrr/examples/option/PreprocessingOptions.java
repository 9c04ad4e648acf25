package io.github.rlrr.examples.option;

import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How images are prepared, where it shall not be as the checkpoint says. */
public final class PreprocessingOptions {

    private static final String SQUASH = "squash";

    @Option(
            names = "--mean",
            paramLabel = "R,G,B",
            hideParamSyntax = true,
            split = ",",
            description =
                    "Subtracted from the values of 0 to 1, such as 0.485,0.456,0.406. Default: the"
                            + " checkpoint's, as for the next three.")
    private @Nullable List<Float> mean;

    @Option(
            names = "--std",
            paramLabel = "R,G,B",
            hideParamSyntax = true,
            split = ",",
            description = "What the values are divided by then.")
    private @Nullable List<Float> std;

    @Option(
            names = "--interpolation",
            paramLabel = "NAME",
            description = "The filter for resizing: ${COMPLETION-CANDIDATES}.")
    private @Nullable Interpolation interpolation;

    @Option(
            names = "--crop",
            paramLabel = "FRACTION",
            description =
                    "Keep the aspect ratio and cut out this share of the shorter side's centre, such"
                            + " as 0.9; squash: take the whole image, squashed to a square;"
                            + " squash:0.875: this share of that.")
    private @Nullable String crop;

    @Option(
            names = "--sixteen-bit",
            paramLabel = "HOW",
            description =
                    "How 16-bit grey becomes 8 bits: scale, by the file's depth; max=4095, this sample"
                            + " is white, as of 12-bit X-rays; clip, white above 255, as Pillow does."
                            + " Default: scale; clip for what was trained with Pillow (rlrr import).")
    private @Nullable String sixteenBit;

    /**
     * The preprocessing to train with.
     *
     * @param said what the checkpoint says
     * @param geometry gives the size
     * @param checkpoint its name, for the notice
     * @param usual how 16-bit grey is read where neither option nor checkpoint says anything
     * @param notices gets a line where something is assumed
     */
    public Preprocessing resolve(
            Optional<Preprocessing> said,
            BackboneConfig geometry,
            String checkpoint,
            SixteenBit usual,
            PrintWriter notices) {
        Preprocessing known =
                said.orElse(Preprocessing.vitDefault(geometry.imageHeight()).withSixteenBit(usual));
        List<String> assumed = new ArrayList<>();
        if (said.isEmpty()) {
            assume(assumed, mean, "--mean 0.5,0.5,0.5");
            assume(assumed, std, "--std 0.5,0.5,0.5");
            assume(assumed, interpolation, "--interpolation bicubic");
            assume(assumed, crop, "--crop squash");
        }
        if (!assumed.isEmpty()) {
            notices.println(
                    "rlrr: "
                            + checkpoint
                            + " does not say how its images are prepared: assuming "
                            + String.join(" ", assumed)
                            + "; give these options to say otherwise");
            notices.flush();
        }
        return new Preprocessing(
                geometry.imageHeight(),
                geometry.imageWidth(),
                interpolation == null ? known.interpolation() : interpolation,
                mean == null ? known.mean() : mean,
                std == null ? known.std() : std,
                crop == null ? known.crop() : crop(crop),
                sixteenBit == null ? known.sixteenBit() : sixteenBit(sixteenBit));
    }

    /** Refuses a malformed option. */
    public void check() {
        if (sixteenBit != null) {
            sixteenBit(sixteenBit);
        }
    }

    private static SixteenBit sixteenBit(String text) {
        try {
            return SixteenBit.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--sixteen-bit: " + e.getMessage(), e);
        }
    }

    private static void assume(List<String> assumed, @Nullable Object given, String option) {
        if (given == null) {
            assumed.add(option);
        }
    }

    private static Crop crop(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals(SQUASH)) {
            return Crop.NONE;
        }
        try {
            return lower.startsWith(SQUASH + ":")
                    ? new Crop(
                            Crop.Mode.SQUASH,
                            Double.parseDouble(lower.substring(SQUASH.length() + 1)))
                    : new Crop(Crop.Mode.CENTER, Double.parseDouble(lower));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--crop is \""
                            + text
                            + "\", expected a fraction such as 0.9, squash or squash:0.875",
                    e);
        }
    }
}
