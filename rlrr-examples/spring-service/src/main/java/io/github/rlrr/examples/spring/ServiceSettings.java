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
 * @param maxImages the most images of a form
 * @param maxScans the most scans of a JPEG
 * @param maxDecoding the most processor time that decoding an image may take
 * @param maxParts the most parts of a form, images and others
 * @param maxRequestBytes the most bytes of a request's body
 * @param maxHeldBytes the most bytes of all requests that are coming or wait, together
 * @param maxConnections the most connections at a time
 * @param requestTimeout the time for a body to come whole, and for an answer to be taken
 * @param idleTimeout the time for the head of the next request to come
 */
@ConfigurationProperties(prefix = "rlrr", ignoreUnknownFields = false)
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
        Duration maxDecoding,
        int maxParts,
        DataSize maxRequestBytes,
        DataSize maxHeldBytes,
        int maxConnections,
        Duration requestTimeout,
        Duration idleTimeout) {

    private static final int MOST_THREADS = 1024;

    /**
     * Fills in what depends on the machine.
     *
     * @throws IllegalArgumentException when the model is missing or a value is outside its range
     */
    public ServiceSettings {
        if (model == null) {
            throw new IllegalArgumentException(
                    "rlrr.model is not set, expected a folder that rlrr merge wrote, or an"
                            + " adapter's; start with --rlrr.model=FOLDER");
        }
        range("rlrr.threads", threads, MOST_THREADS);
        if (forwards == null) {
            forwards = Math.max(1, Runtime.getRuntime().availableProcessors() / threads);
        }
        range("rlrr.forwards", forwards, MOST_THREADS);
        if (rejectBelow != null && !(rejectBelow >= 0 && rejectBelow <= 1)) {
            throw new IllegalArgumentException(
                    "rlrr.reject-below is " + rejectBelow + ", expected 0 to 1");
        }
        range("rlrr.max-wait, in ms,", maxWait.toMillis(), Integer.MAX_VALUE);
        range("rlrr.top", top, Integer.MAX_VALUE);
        range("rlrr.max-images", maxImages, Integer.MAX_VALUE);
        range("rlrr.max-parts", maxParts, Integer.MAX_VALUE);
        range("rlrr.max-request-bytes", maxRequestBytes.toBytes(), Integer.MAX_VALUE);
        range("rlrr.max-held-bytes", maxHeldBytes.toBytes(), Long.MAX_VALUE);
        range("rlrr.max-connections", maxConnections, Integer.MAX_VALUE);
        range("rlrr.request-timeout, in ms,", requestTimeout.toMillis(), Integer.MAX_VALUE);
        range("rlrr.idle-timeout, in ms,", idleTimeout.toMillis(), Integer.MAX_VALUE);
    }

    private static void range(String name, long value, long most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", expected 1 to " + most);
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
