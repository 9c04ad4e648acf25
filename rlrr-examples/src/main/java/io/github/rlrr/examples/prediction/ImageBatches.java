package io.github.rlrr.examples.prediction;

import io.github.rlrr.torch.Threads;
import io.github.rlrr.vit.data.DecodedImages;
import io.github.rlrr.vit.data.DecodedImages.Decoded;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Image files as batches of prepared images, of which a few are held at any time. */
final class ImageBatches {

    private static final int BATCHES_AHEAD = 3;

    private ImageBatches() {}

    /** Reads an image and brings it to a network's size. */
    @FunctionalInterface
    interface Preparing {
        RgbImage prepare(ImageSource image) throws ImageDecodeException;
    }

    /** Takes the images of a batch. */
    @FunctionalInterface
    interface Sink {
        void take(List<Path> files, List<RgbImage> images) throws IOException;
    }

    /**
     * Reads files in their order.
     *
     * @param unreadable told of each that is no readable image
     */
    static void of(
            List<Path> files,
            Preparing network,
            int batchSize,
            Sink sink,
            Consumer<ImageDecodeException> unreadable)
            throws IOException {
        try (DecodedImages images =
                new DecodedImages(
                        files,
                        file -> network.prepare(ImageSource.of(file)),
                        Threads.decoders(),
                        BATCHES_AHEAD * batchSize)) {
            List<Path> paths = new ArrayList<>();
            List<RgbImage> batch = new ArrayList<>();
            for (Decoded next = images.next(); next != null; next = images.next()) {
                ImageDecodeException fault = next.fault();
                RgbImage image = next.image();
                if (image != null) {
                    paths.add(next.path());
                    batch.add(image);
                } else if (fault != null) {
                    unreadable.accept(fault);
                }
                if (batch.size() == batchSize) {
                    sink.take(paths, batch);
                    paths.clear();
                    batch.clear();
                }
            }
            if (!batch.isEmpty()) {
                sink.take(paths, batch);
            }
        }
    }
}
