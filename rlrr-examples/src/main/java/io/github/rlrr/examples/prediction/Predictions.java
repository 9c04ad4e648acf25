package io.github.rlrr.examples.prediction;

import io.github.rlrr.torch.Threads;
import io.github.rlrr.vit.data.DecodedImages;
import io.github.rlrr.vit.data.DecodedImages.Decoded;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.RgbImage;
import io.github.rlrr.vit.inference.Answer;
import io.github.rlrr.vit.inference.ImagePredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Labels image files, a batch at a time.
 *
 * @param classifier what labels them
 * @param batchSize images at a time
 */
public record Predictions(ImagePredictor classifier, int batchSize) {

    private static final int BATCHES_AHEAD = 3;

    /** Classifies files, holding a few batches of them at any time. */
    public void of(List<Path> files, LabelledFiles sink) throws IOException {
        try (DecodedImages images =
                new DecodedImages(
                        files,
                        file -> classifier.prepare(ImageSource.of(file)),
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
                    sink.unreadable(fault);
                }
                if (batch.size() == batchSize) {
                    classify(paths, batch, sink);
                    paths.clear();
                    batch.clear();
                }
            }
            if (!batch.isEmpty()) {
                classify(paths, batch, sink);
            }
        }
    }

    private void classify(List<Path> paths, List<RgbImage> images, LabelledFiles sink)
            throws IOException {
        List<Answer> answers = classifier.predictSized(images);
        for (int i = 0; i < answers.size(); i++) {
            sink.labelled(paths.get(i), answers.get(i));
        }
        sink.batchEnded();
    }
}
