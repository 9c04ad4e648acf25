package io.github.rlrr.examples.prediction;

import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.io.OneLine;
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
        try (@Nullable ProgressBar bar =
                Terminal.isInteractive() ? Progress.bar("embedding", files.size()) : null) {
            ImageBatches.of(
                    files,
                    embedder::prepare,
                    batchSize,
                    (paths, images) -> {
                        read.addAll(paths);
                        Collections.addAll(vectors, embedder.embedSized(images));
                        if (bar != null) {
                            bar.stepTo(read.size());
                        }
                    },
                    fault -> {
                        err.println(
                                "rlrr: left out: "
                                        + OneLine.of(String.valueOf(fault.getMessage())));
                        err.flush();
                    });
        }
        if (vectors.isEmpty()) {
            throw new IOException("none of " + files.size() + " files is a readable image");
        }
        return new EmbeddedFiles(
                List.copyOf(read), vectors.toArray(float[][]::new), files.size() - read.size());
    }
}
