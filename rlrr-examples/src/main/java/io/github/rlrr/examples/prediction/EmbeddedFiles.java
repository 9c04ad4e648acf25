package io.github.rlrr.examples.prediction;

import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.io.OneLine;
import io.github.rlrr.torch.Threads;
import io.github.rlrr.vit.data.DecodedImages;
import io.github.rlrr.vit.data.DecodedImages.Decoded;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.RgbImage;
import io.github.rlrr.vit.inference.ImageEmbedder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of image files.
 *
 * @param files those that could be read, in their order
 * @param vectors one for each
 * @param unreadable how many could not be read
 */
public record EmbeddedFiles(List<Path> files, float[][] vectors, int unreadable) {

    private static final int BATCHES_AHEAD = 3;

    /**
     * Embeds files, holding a few batches of images at any time.
     *
     * @param err told of each file that is no readable image, which is left out
     * @throws IOException when none can be read
     */
    public static EmbeddedFiles of(
            List<Path> files, ImageEmbedder embedder, int batchSize, PrintWriter err)
            throws IOException {
        List<Path> read = new ArrayList<>();
        List<float[]> vectors = new ArrayList<>();
        List<RgbImage> batch = new ArrayList<>();
        int unreadable = 0;
        try (@Nullable ProgressBar bar =
                        Terminal.isInteractive() ? Progress.bar("embedding", files.size()) : null;
                DecodedImages images =
                        new DecodedImages(
                                files,
                                file -> embedder.prepare(ImageSource.of(file)),
                                Threads.decoders(),
                                BATCHES_AHEAD * batchSize)) {
            for (Decoded next = images.next(); next != null; next = images.next()) {
                ImageDecodeException fault = next.fault();
                RgbImage image = next.image();
                if (image != null) {
                    read.add(next.path());
                    batch.add(image);
                } else if (fault != null) {
                    unreadable++;
                    err.println(
                            "rlrr: left out: " + OneLine.of(String.valueOf(fault.getMessage())));
                    err.flush();
                }
                if (batch.size() == batchSize) {
                    Collections.addAll(vectors, embedder.embedSized(batch));
                    batch.clear();
                }
                if (bar != null) {
                    bar.step();
                }
            }
            if (!batch.isEmpty()) {
                Collections.addAll(vectors, embedder.embedSized(batch));
            }
        }
        if (vectors.isEmpty()) {
            throw new IOException("none of " + files.size() + " files is a readable image");
        }
        return new EmbeddedFiles(List.copyOf(read), vectors.toArray(float[][]::new), unreadable);
    }
}
