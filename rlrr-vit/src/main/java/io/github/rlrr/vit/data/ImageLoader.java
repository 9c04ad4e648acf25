package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.DecodedImages.Decoded;
import io.github.rlrr.vit.data.ImageListing.Entry;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.Region;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        int threads = options.parallelism();
        List<Path> files = listing.entries().stream().map(Entry::path).toList();
        try (DecodedImages images =
                new DecodedImages(files, this::read, threads, AHEAD * threads)) {
            int done = 0;
            for (Decoded next = images.next(); next != null; next = images.next()) {
                take(listing.entries().get(done), next);
                options.progress().accept(++done);
            }
        }
    }

    private @Nullable RgbImage read(Path file) throws ImageDecodeException {
        RgbImage image = decoder.decode(file);
        return full ? null : region.keep(image, preprocessing);
    }

    private void take(Entry entry, Decoded decoded) {
        if (decoded.fault() != null) {
            failures.add(decoded.fault());
            return;
        }
        readable.add(entry);
        RgbImage image = decoded.image();
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
