package io.github.rlrr.examples.run;

import ai.djl.Device;
import ai.djl.nn.Block;
import io.github.rlrr.task.ClassificationFigures;
import io.github.rlrr.task.Classified;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.NamedFigures;
import io.github.rlrr.task.Regression;
import io.github.rlrr.task.Tally;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.data.ImageDataset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a model did on images whose answers are known: the figures, and where it was most wrong.
 *
 * @param set what they were, {@code test} or {@code validation}
 * @param evaluation the figures of all images
 * @param each the figures of each label or quantity; empty for one label an image
 * @param figures all that is told of one label an image; null for other tasks
 * @param worst the wrongly classified images of the highest loss, the highest first; empty for
 *     other tasks
 * @param numbers what was true and what was answered of numbers, an even selection of at most
 *     {@value #MOST_NUMBERS} images; empty for labels
 */
public record Examination(
        String set,
        Evaluation evaluation,
        List<NamedFigures> each,
        @Nullable ClassificationFigures figures,
        List<Mistake> worst,
        List<Answered> numbers) {

    /**
     * The numbers of an image.
     *
     * @param truth what is true, NaN where it is not known
     * @param answer what was answered
     */
    public record Answered(double[] truth, double[] answer) {}

    /** The most images whose numbers are kept for a chart. */
    public static final int MOST_NUMBERS = 2000;

    private static final int WORST = 24;
    private static final Comparator<Classified> BY_LOSS =
            Comparator.comparingDouble(Classified::loss)
                    .thenComparing(Classified::index, Comparator.reverseOrder());

    public Examination {
        each = List.copyOf(each);
        worst = List.copyOf(worst);
        numbers = List.copyOf(numbers);
    }

    /** Of one label an image. */
    public Examination(String set, ClassificationFigures figures, List<Mistake> worst) {
        this(set, figures.evaluation(), List.of(), figures, worst, List.of());
    }

    /** Runs a model over images; draws a bar where a person watches. */
    public static Examination of(
            Task task, Block block, ImageDataset images, String set, int batchSize, Device device) {
        if (task.name().equals(Tasks.USUAL)) {
            return ofOneLabel(block, images, set, batchSize, device);
        }
        Tally tally = task.tally(images);
        List<Answered> numbers = new ArrayList<>();
        boolean keeps = task.name().equals(Regression.NAME);
        int every = (images.size() + MOST_NUMBERS - 1) / MOST_NUMBERS;
        try (Watch bar = Watch.over("evaluating " + set, images.size())) {
            Evaluation.forEachBatch(
                    block,
                    images,
                    batchSize,
                    device,
                    (first, outputs) -> {
                        for (int i = 0; i < outputs.length; i++) {
                            double[] truth = images.target(first + i);
                            tally.add(outputs[i], truth);
                            if (keeps && (first + i) % every == 0) {
                                numbers.add(new Answered(truth, task.answer(outputs[i])));
                            }
                            bar.step();
                        }
                    });
        }
        Evaluation evaluation = new Evaluation(images.size(), tally.figures());
        return new Examination(set, evaluation, tally.each(), null, List.of(), numbers);
    }

    private static Examination ofOneLabel(
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
        try (Watch bar = Watch.over("evaluating " + set, images.size())) {
            figures =
                    ClassificationFigures.of(
                            block, images, batchSize, device, keep.andThen(e -> bar.step()));
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
