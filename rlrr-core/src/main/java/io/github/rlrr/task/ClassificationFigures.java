package io.github.rlrr.task;

import ai.djl.Device;
import ai.djl.nn.Block;
import io.github.rlrr.data.Examples;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * All that is told of a classifier on a data set; computed in double from float32 logits.
 *
 * <p>Top-k accuracy is the share of examples whose label is among the k largest logits; of equal
 * logits the first counts as larger. The expected calibration error is that of Guo et al., On
 * Calibration of Modern Neural Networks, ICML 2017, eq. 3, over M = {@value #CALIBRATION_BINS} bins
 * of equal width:
 *
 * <pre>{@code
 * ECE = Σ_m |B_m| / n · |acc(B_m) − conf(B_m)|,  B_m: examples with confidence in ((m−1)/M, m/M]
 * }</pre>
 *
 * @param examples the number of examples, n
 * @param loss the mean softmax cross-entropy in nats
 * @param accuracy the share classified right, 0 to 1
 * @param topFive top-5 accuracy, 0 to 1; empty with five classes or fewer, where it would say
 *     nothing
 * @param macroF1 the mean F1 of the classes that have examples or were given to some, 0 to 1
 * @param calibrationError the expected calibration error, 0 to 1
 * @param classes each class's figures in label order
 * @param calibration the bins of confidence from the lowest to the highest
 * @param confusion the counts by label and prediction
 */
public record ClassificationFigures(
        int examples,
        double loss,
        double accuracy,
        OptionalDouble topFive,
        double macroF1,
        double calibrationError,
        List<ClassFigures> classes,
        List<CalibrationBin> calibration,
        ConfusionMatrix confusion) {

    /** The number of bins of confidence, as in the paper. */
    public static final int CALIBRATION_BINS = 15;

    /**
     * Runs a block over a data set, without dropout and without recording gradients.
     *
     * @param block an initialized classifier: (B, …) to logits (B, classes)
     * @param data the examples, one label each, read in order
     * @param batchSize the examples at a time
     * @param device where the block runs
     * @param each told of every example in turn: to keep the worst, or to show progress
     * @return the figures
     * @throws IllegalArgumentException if the model has another number of classes than the data, or
     *     the data is of another task
     * @throws ArithmeticException if a logit is NaN or infinite
     */
    public static ClassificationFigures of(
            Block block, Examples data, int batchSize, Device device, Consumer<Classified> each) {
        if (!data.task().equals(Tasks.USUAL)) {
            throw new IllegalArgumentException(
                    "the data is of the task " + data.task() + ", expected " + Tasks.USUAL);
        }
        ClassificationTally tally = new ClassificationTally(data.answerNames());
        Evaluation.forEachBatch(
                block,
                data,
                batchSize,
                device,
                (first, logits) ->
                        IntStream.range(0, logits.length)
                                .mapToObj(
                                        i -> tally.add((int) data.target(first + i)[0], logits[i]))
                                .forEach(each));
        return tally.figures();
    }

    /**
     * The same without a listener.
     *
     * @param block an initialized classifier: (B, …) to logits (B, classes)
     * @param data the examples, read in order
     * @param batchSize the examples at a time
     * @param device where the block runs
     * @return the figures
     */
    public static ClassificationFigures of(
            Block block, Examples data, int batchSize, Device device) {
        return of(block, data, batchSize, device, example -> {});
    }

    /**
     * The three main figures.
     *
     * @return what {@link Evaluation#of} gives for the same block and data
     */
    public Evaluation evaluation() {
        return new Evaluation(examples, SingleLabel.figures(loss, accuracy));
    }
}
