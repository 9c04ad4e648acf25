package io.github.rlrr.examples.prediction;

import io.github.rlrr.vit.image.RgbImage;
import io.github.rlrr.vit.inference.Answer;
import io.github.rlrr.vit.inference.ImagePredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Labels image files, a batch at a time.
 *
 * @param classifier what labels them
 * @param batchSize images at a time
 */
public record Predictions(ImagePredictor classifier, int batchSize) {

    /** Classifies files, holding a few batches of them at any time. */
    public void of(List<Path> files, LabelledFiles sink) throws IOException {
        ImageBatches.of(
                files,
                classifier::prepare,
                batchSize,
                (paths, images) -> classify(paths, images, sink),
                sink::unreadable);
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
