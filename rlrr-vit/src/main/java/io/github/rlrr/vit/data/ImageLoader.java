package io.github.rlrr.vit.data;

import io.github.rlrr.torch.Threads;
import io.github.rlrr.vit.data.ImageListing.Entry;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.Region;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes every file of a listing once, on worker threads, and holds the first ones, as many as the
 * memory limit allows. The others are decoded all the same, to find the unreadable ones before
 * hours of training.
 */
final class ImageLoader {

    private static final Logger LOG = LoggerFactory.getLogger(ImageLoader.class);

    /** Files handed out to each worker ahead of need; bounds the images that wait. */
    private static final int AHEAD = 4;

    /** What became of a file: an image, or else why there is none, or neither: read, not kept. */
    private record Outcome(@Nullable RgbImage image, @Nullable ImageDecodeException failure) {}

    private final ImageDecoder decoder;
    private final ImageListing listing;
    private final Preprocessing preprocessing;
    private final Region region;
    private final LoadOptions options;

    private final List<Entry> readable = new ArrayList<>();
    private final List<RgbImage> held = new ArrayList<>();
    private final List<ImageDecodeException> failures = new ArrayList<>();
    private long heldBytes;

    /** Spares the workers what would not be kept; what is kept is decided in listing order. */
    private volatile boolean full;

    ImageLoader(
            ImageListing listing, Preprocessing preprocessing, Region region, LoadOptions options) {
        this.listing = listing;
        this.preprocessing = preprocessing;
        this.region = region;
        this.options = options;
        decoder = new ImageDecoder(options.limits()).withSixteenBit(preprocessing.sixteenBit());
    }

    HeldImages load() throws IOException {
        region.check(preprocessing);
        readAll();
        checkFailures();
        if (full) {
            LOG.info(
                    "{} of {} images fit into {} MiB; the others are decoded whenever they are read"
                            + " (give Java more memory with -Xmx, or raise LoadOptions.memoryLimit)",
                    held.size(),
                    readable.size(),
                    options.memoryLimit() >> 20);
        }
        return new HeldImages(
                listing.with(readable, listing.ignored()), preprocessing, region, decoder, held);
    }

    private void readAll() throws IOException {
        ExecutorService workers = Threads.pool("rlrr-image-loader", options.parallelism());
        try {
            Deque<Future<Outcome>> pending = new ArrayDeque<>();
            int next = 0;
            for (int done = 0; done < listing.size(); done++) {
                while (next < listing.size() && pending.size() < AHEAD * options.parallelism()) {
                    Entry entry = listing.entries().get(next++);
                    pending.add(workers.submit(() -> read(entry)));
                }
                take(listing.entries().get(done), pending.remove().get());
                options.progress().accept(done + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("loading images was interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("loading images failed: " + e.getCause(), e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    private Outcome read(Entry entry) {
        try {
            RgbImage image = decoder.decode(entry.path());
            return new Outcome(full ? null : region.keep(image, preprocessing), null);
        } catch (ImageDecodeException e) {
            return new Outcome(null, e);
        }
    }

    private void take(Entry entry, Outcome outcome) {
        if (outcome.failure != null) {
            failures.add(outcome.failure);
            return;
        }
        readable.add(entry);
        RgbImage image = outcome.image;
        if (image == null || full) {
            return;
        }
        heldBytes += image.pixels().length;
        full = heldBytes > options.memoryLimit();
        if (!full) {
            held.add(image);
        }
    }

    private void checkFailures() throws UnreadableImagesException {
        boolean tooMany = failures.size() > options.maxUnreadable() * listing.size();
        if (tooMany || failures.size() == listing.size()) {
            throw new UnreadableImagesException(failures, listing.size());
        }
        failures.forEach(failure -> LOG.warn("left out: {}", failure.getMessage()));
    }
}
