package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ImageListing.Entry;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decodes and resizes the files of a listing on worker threads, keeping their order. */
final class ImageLoader {

    private static final Logger LOG = LoggerFactory.getLogger(ImageLoader.class);

    private final ImageDecoder decoder = new ImageDecoder();
    private final ImageListing listing;
    private final Preprocessing preprocessing;
    private final LoadOptions options;

    /** By position in the listing: the image, or else why there is none. */
    private final @Nullable RgbImage[] images;

    private final @Nullable ImageDecodeException[] failures;

    ImageLoader(ImageListing listing, Preprocessing preprocessing, LoadOptions options) {
        this.listing = listing;
        this.preprocessing = preprocessing;
        this.options = options;
        this.images = new RgbImage[listing.size()];
        this.failures = new ImageDecodeException[listing.size()];
    }

    ImageDataset load() throws IOException {
        checkMemory();
        readAll();
        checkFailures();
        List<Entry> readEntries = new ArrayList<>();
        List<RgbImage> readImages = new ArrayList<>();
        for (int i = 0; i < images.length; i++) {
            RgbImage image = images[i];
            if (image != null) {
                readImages.add(image);
                readEntries.add(listing.entries().get(i));
            }
        }
        return new ImageDataset(
                preprocessing, listing.with(readEntries, listing.ignored()), readImages, false);
    }

    private void checkMemory() {
        long bytes = 3L * preprocessing.height() * preprocessing.width() * listing.size();
        if (bytes > options.memoryLimit()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%,d images of %dx%d take %,d MiB of memory, expected at most %,d MiB;"
                                    + " give Java more (-Xmx, with the script RLRR_JAVA_OPTS=-Xmx8g), or raise the limit"
                                    + " (LoadOptions.withMemoryLimit), or use fewer images",
                            listing.size(),
                            preprocessing.height(),
                            preprocessing.width(),
                            bytes >> 20,
                            options.memoryLimit() >> 20));
        }
    }

    private void readAll() throws IOException {
        ExecutorService workers =
                Executors.newFixedThreadPool(options.parallelism(), ImageLoader::worker);
        try {
            // Taking a result orders what its worker wrote into the arrays before what we read.
            CompletionService<Void> results = new ExecutorCompletionService<>(workers);
            for (int i = 0; i < images.length; i++) {
                int position = i;
                results.submit(() -> read(position), null);
            }
            for (int done = 1; done <= images.length; done++) {
                results.take().get();
                options.progress().accept(done);
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

    private void read(int position) {
        try {
            RgbImage image = decoder.decode(listing.entries().get(position).path());
            images[position] = preprocessing.resize(image);
        } catch (ImageDecodeException e) {
            failures[position] = e;
        }
    }

    private void checkFailures() throws UnreadableImagesException {
        List<ImageDecodeException> found = new ArrayList<>();
        for (ImageDecodeException failure : failures) {
            if (failure != null) {
                found.add(failure);
            }
        }
        boolean tooMany = found.size() > options.maxUnreadable() * images.length;
        if (tooMany || found.size() == images.length) {
            throw new UnreadableImagesException(found, images.length);
        }
        found.forEach(failure -> LOG.warn("left out: {}", failure.getMessage()));
    }

    private static Thread worker(Runnable task) {
        Thread thread = new Thread(task, "rlrr-image-loader");
        thread.setDaemon(true);
        return thread;
    }
}
