package io.github.rlrr.vit.data;

import io.github.rlrr.Internal;
import io.github.rlrr.torch.Threads;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Image files in order, decoded on worker threads so many ahead of need and no more: memory does
 * not grow with the number of files.
 */
@Internal
public final class DecodedImages implements AutoCloseable {

    /**
     * One file.
     *
     * @param path the file
     * @param image what was made of it; null where nothing was kept
     * @param fault why it cannot be read; null where it can
     */
    public record Decoded(
            Path path, @Nullable RgbImage image, @Nullable ImageDecodeException fault) {}

    /** Makes of a file what is kept of it; called on the workers. */
    @FunctionalInterface
    public interface Work {

        /**
         * Decodes a file.
         *
         * @param file the file
         * @return its image; null where nothing is kept
         * @throws ImageDecodeException when it cannot be read
         */
        @Nullable RgbImage on(Path file) throws ImageDecodeException;
    }

    private final Iterator<Path> files;
    private final Work work;
    private final int ahead;
    private final Deque<Future<Decoded>> pending = new ArrayDeque<>();
    private final ExecutorService workers;

    /**
     * Starts decoding.
     *
     * @param files the files
     * @param work decodes them
     * @param threads how many work, at least 1
     * @param ahead images decoded and not yet taken, at most
     */
    public DecodedImages(List<Path> files, Work work, int threads, int ahead) {
        this.files = files.iterator();
        this.work = work;
        this.ahead = ahead;
        workers = Threads.pool("rlrr-decoder", threads);
        fill();
    }

    private void fill() {
        while (pending.size() < ahead && files.hasNext()) {
            Path file = files.next();
            pending.add(workers.submit(() -> decode(file)));
        }
    }

    private Decoded decode(Path file) {
        try {
            return new Decoded(file, work.on(file), null);
        } catch (ImageDecodeException e) {
            return new Decoded(file, null, e);
        }
    }

    /**
     * The next file.
     *
     * @return it; null when there are no more
     * @throws IOException when the thread is interrupted
     */
    public @Nullable Decoded next() throws IOException {
        Future<Decoded> first = pending.poll();
        if (first == null) {
            return null;
        }
        try {
            Decoded decoded = first.get();
            fill();
            return decoded;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("reading images was interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("reading images failed: " + e.getCause(), e.getCause());
        }
    }

    /** Stops the workers. */
    @Override
    public void close() {
        workers.shutdownNow();
    }
}
