package io.github.rlrr.examples.prediction;

import io.github.rlrr.torch.Threads;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.Preprocessing;
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
 * Files as images of the model's size, in order, decoded on worker threads so many ahead of need
 * and no more: memory does not grow with the number of files.
 */
public final class DecodedImages implements AutoCloseable {

    /**
     * One file.
     *
     * @param path the file
     * @param image resized, 8-bit RGB; null where the file is unreadable
     * @param fault why it is
     */
    public record Decoded(
            Path path, @Nullable RgbImage image, @Nullable ImageDecodeException fault) {}

    private final ImageDecoder decoder;
    private final Preprocessing preprocessing;
    private final Iterator<Path> files;
    private final int ahead;
    private final Deque<Future<Decoded>> pending = new ArrayDeque<>();
    private final ExecutorService workers = Threads.pool("rlrr-decoder", Threads.decoders());

    /**
     * Starts decoding.
     *
     * @param limits which images are refused
     * @param ahead images decoded and not yet taken, at most
     */
    public DecodedImages(
            List<Path> files, Preprocessing preprocessing, ImageLimits limits, int ahead) {
        this.preprocessing = preprocessing;
        decoder = new ImageDecoder(limits).withSixteenBit(preprocessing.sixteenBit());
        this.files = files.iterator();
        this.ahead = ahead;
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
            return new Decoded(file, preprocessing.resize(decoder.decode(file)), null);
        } catch (ImageDecodeException e) {
            return new Decoded(file, null, e);
        }
    }

    /** The next file; null when there are no more. */
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

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
