package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageLimits;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * What the service is told; application.yaml has the defaults.
 *
 * @param model a folder of {@code rlrr merge}, or an adapter's
 * @param base the checkpoint under an adapter; null for the one that the adapter names
 * @param device {@code cpu}, or {@code gpu0} for the first GPU
 * @param threads libtorch's threads within one forward
 * @param forwards how many requests decode and compute at a time; null for processors / threads
 * @param maxWait how long a request waits for its turn
 * @param top how many classes an answer names
 * @param rejectBelow the threshold, 0 to 1; null for the model's own
 * @param minSide the fewest pixels of either side of an image
 * @param maxPixels the most pixels of an image, width × height
 * @param maxBytes the most bytes of an encoded image
 * @param maxImages the most images of a request
 * @param maxScans the most scans of a JPEG
 * @param maxDecoding the most processor time that decoding an image may take
 */
@ConfigurationProperties("rlrr")
public record ServiceSettings(
        @Nullable Path model,
        @Nullable Path base,
        String device,
        int threads,
        @Nullable Integer forwards,
        Duration maxWait,
        int top,
        @Nullable Double rejectBelow,
        int minSide,
        long maxPixels,
        DataSize maxBytes,
        int maxImages,
        int maxScans,
        Duration maxDecoding) {

    /**
     * Fills in what depends on the machine.
     *
     * @throws IllegalArgumentException when the model is missing or a count is below 1
     */
    public ServiceSettings {
        if (model == null) {
            throw new IllegalArgumentException(
                    "rlrr.model is not set, expected a folder that rlrr merge wrote, or an"
                            + " adapter's; start with --rlrr.model=FOLDER");
        }
        atLeastOne("rlrr.threads", threads);
        if (forwards == null) {
            forwards = Math.max(1, Runtime.getRuntime().availableProcessors() / threads);
        }
        atLeastOne("rlrr.forwards", forwards);
        atLeastOne("rlrr.top", top);
        atLeastOne("rlrr.max-images", maxImages);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
        }
    }

    /**
     * What the decoder accepts.
     *
     * @return the limits of one image
     * @throws IllegalArgumentException if a limit is outside its range
     */
    public ImageLimits limits() {
        return new ImageLimits(minSide, maxPixels, maxBytes.toBytes(), maxScans, maxDecoding);
    }
}
