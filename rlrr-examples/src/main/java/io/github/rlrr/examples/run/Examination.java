package io.github.rlrr.examples.run;

import ai.djl.Device;
import ai.djl.nn.Block;
import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.task.ClassificationFigures;
import io.github.rlrr.task.Classified;
import io.github.rlrr.vit.data.ImageDataset;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;

/**
 * What a classifier did on labelled images: the figures, and where it was most wrong.
 *
 * @param set what they were, {@code test} or {@code validation}
 * @param figures of all images
 * @param worst the wrongly classified images of the highest loss, the highest first
 */
public record Examination(String set, ClassificationFigures figures, List<Mistake> worst) {

    private static final int WORST = 24;
    private static final Comparator<Classified> BY_LOSS =
            Comparator.comparingDouble(Classified::loss)
                    .thenComparing(Classified::index, Comparator.reverseOrder());

    public Examination {
        worst = List.copyOf(worst);
    }

    /** Runs a classifier over images; draws a bar where a person watches. */
    public static Examination of(
            Block block, ImageDataset images, String set, int batchSize, Device device) {
        PriorityQueue<Classified> worst = new PriorityQueue<>(BY_LOSS);
        Consumer<Classified> keep =
                example -> {
                    if (!example.correct()) {
                        worst.add(example);
                        if (worst.size() > WORST) {
                            worst.poll();
                        }
                    }
                };
        ClassificationFigures figures;
        if (Terminal.isInteractive()) {
            try (ProgressBar bar = Progress.bar("evaluating " + set, images.size())) {
                figures =
                        ClassificationFigures.of(
                                block, images, batchSize, device, keep.andThen(e -> bar.step()));
            }
        } else {
            figures = ClassificationFigures.of(block, images, batchSize, device, keep);
        }
        List<Mistake> mistakes =
                worst.stream()
                        .sorted(BY_LOSS.reversed())
                        .map(example -> mistake(images, example))
                        .toList();
        return new Examination(set, figures, mistakes);
    }

    private static Mistake mistake(ImageDataset images, Classified example) {
        List<String> classes = images.answerNames();
        return new Mistake(
                images.path(example.index()),
                images.imageAt(example.index()),
                classes.get(example.label()),
                classes.get(example.predicted()),
                example.confidence(),
                example.loss());
    }
}
