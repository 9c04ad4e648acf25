package io.github.rlrr.vit.data;

import io.github.rlrr.torch.Threads;
import io.github.rlrr.vit.image.ImageLimits;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * How images are loaded into memory.
 *
 * @param parallelism worker threads that decode and resize, at least 1
 * @param memoryLimit the most bytes of pixels to hold; images beyond it are decoded on reading
 * @param maxUnreadable the fraction of the files, 0 to 1, that may be unreadable and are then left
 *     out, each with a warning in the log; 0 refuses the first
 * @param progress called on the loading thread with the number of images done, from 1 up
 * @param limits what files are refused because of their size, or of the work they make
 */
public record LoadOptions(
        int parallelism,
        long memoryLimit,
        double maxUnreadable,
        IntConsumer progress,
        ImageLimits limits) {

    /**
     * Checks the values.
     *
     * @param parallelism as the record has it
     * @param memoryLimit as the record has it
     * @param maxUnreadable as the record has it
     * @param progress as the record has it
     * @param limits as the record has it
     * @throws IllegalArgumentException if one is outside its range
     */
    public LoadOptions {
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism: " + parallelism + ", expected 1 up");
        }
        if (memoryLimit < 1) {
            throw new IllegalArgumentException("memoryLimit: " + memoryLimit + ", expected 1 up");
        }
        if (!(maxUnreadable >= 0 && maxUnreadable <= 1)) {
            throw new IllegalArgumentException(
                    "maxUnreadable: " + maxUnreadable + ", expected a fraction, 0 to 1");
        }
        Objects.requireNonNull(progress, "progress");
        Objects.requireNonNull(limits, "limits");
    }

    /**
     * Options with {@link ImageLimits#DEFAULT}.
     *
     * @param parallelism as the record has it
     * @param memoryLimit as the record has it
     * @param maxUnreadable as the record has it
     * @param progress as the record has it
     * @throws IllegalArgumentException if one is outside its range
     */
    public LoadOptions(
            int parallelism, long memoryLimit, double maxUnreadable, IntConsumer progress) {
        this(parallelism, memoryLimit, maxUnreadable, progress, ImageLimits.DEFAULT);
    }

    /**
     * A thread for each processor, a quarter of the largest heap, no unreadable file, no progress,
     * {@link ImageLimits#DEFAULT}. A quarter lets training, validation and test images be there at
     * once.
     *
     * @return the defaults
     */
    public static LoadOptions defaults() {
        return new LoadOptions(
                Threads.decoders(), Runtime.getRuntime().maxMemory() / 4, 0, done -> {});
    }

    /**
     * These options with another number of threads.
     *
     * @param threads at least 1
     * @return a copy
     */
    public LoadOptions withParallelism(int threads) {
        return new LoadOptions(threads, memoryLimit, maxUnreadable, progress, limits);
    }

    /**
     * These options with another memory limit.
     *
     * @param bytes at least 1
     * @return a copy
     */
    public LoadOptions withMemoryLimit(long bytes) {
        return new LoadOptions(parallelism, bytes, maxUnreadable, progress, limits);
    }

    /**
     * These options with some unreadable files allowed.
     *
     * @param fraction of all files, 0 to 1
     * @return a copy
     */
    public LoadOptions withMaxUnreadable(double fraction) {
        return new LoadOptions(parallelism, memoryLimit, fraction, progress, limits);
    }

    /**
     * These options with a listener for progress.
     *
     * @param listener told the number of images done
     * @return a copy
     */
    public LoadOptions withProgress(IntConsumer listener) {
        return new LoadOptions(parallelism, memoryLimit, maxUnreadable, listener, limits);
    }

    /**
     * These options with other limits for a file.
     *
     * @param accepted the smallest and largest image
     * @return a copy
     */
    public LoadOptions withLimits(ImageLimits accepted) {
        return new LoadOptions(parallelism, memoryLimit, maxUnreadable, progress, accepted);
    }
}
