package io.github.rlrr.task;

import ai.djl.ndarray.NDManager;
import io.github.rlrr.data.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Any number of C labels an example: binary cross-entropy a label, told by the mean average
 * precision.
 *
 * <p>A target has a number for each label: 1 where the example has it, 0 where not, between them
 * for a soft one, NaN where it is not known; what is not known does not count. An example is given
 * the labels whose probability is at least ½. Higher mean average precision is better, and of
 * equals the lower loss.
 *
 * @param positiveWeights how often a label that is there counts in the loss, for each label, as
 *     torch's {@code pos_weight}; empty: once
 */
public record MultiLabel(List<Double> positiveWeights) implements Task {

    /** The name of this task. */
    public static final String NAME = "multi-label";

    /** Labels that are there count once. */
    public static final MultiLabel USUAL = new MultiLabel(List.of());

    static final Figure LOSS = Figure.error(Figure.LOSS, "cross-entropy");
    static final Figure AVERAGE_PRECISION = Figure.score("mean_average_precision");

    /**
     * Copies the weights.
     *
     * @param positiveWeights see the record
     */
    public MultiLabel {
        positiveWeights = List.copyOf(positiveWeights);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("positiveWeights", positiveWeights);
    }

    @Override
    public List<String> faults() {
        return positiveWeights.stream().allMatch(w -> w > 0 && Double.isFinite(w))
                ? List.of()
                : List.of(
                        "positive weights are "
                                + positiveWeights
                                + ", expected more than 0 for each");
    }

    @Override
    public List<String> faults(Examples train, @Nullable Examples validation, int outputs) {
        List<String> faults = Tasks.faults(this, "labels", train, validation);
        int labels = train.answerNames().size();
        if (outputs != labels || train.targetSize() != labels) {
            faults.add(
                    "the data has "
                            + labels
                            + " labels and targets of "
                            + train.targetSize()
                            + " numbers, but the model's head has "
                            + outputs
                            + " outputs; expected as many of each");
        }
        if (!positiveWeights.isEmpty() && positiveWeights.size() != labels) {
            faults.add(positiveWeights.size() + " positive weights for " + labels + " labels");
        }
        boolean known = false;
        for (int i = 0; i < train.size(); i++) {
            for (double value : train.target(i)) {
                if (value < 0 || value > 1) {
                    faults.add(
                            "example "
                                    + i
                                    + " of the training set has the target "
                                    + value
                                    + ", expected 0, 1 or NaN");
                    return faults;
                }
                known |= !Double.isNaN(value);
            }
        }
        if (!known) {
            faults.add("not one label of the training set is known");
        }
        return faults;
    }

    @Override
    public Objective objective(NDManager like, boolean mixed) {
        return new BinaryLossProgram(positiveWeights, mixed, like);
    }

    @Override
    public List<String> counts() {
        return List.of();
    }

    @Override
    public Figures trained(double loss, List<Double> counts, long examples) {
        return Figures.of(LOSS.of(loss));
    }

    @Override
    public Figures figures() {
        return Figures.of(
                LOSS, AVERAGE_PRECISION, Figure.score("macro_f1"), Figure.score("micro_f1"));
    }

    @Override
    public List<String> deciding() {
        return List.of(AVERAGE_PRECISION.name(), Figure.LOSS);
    }

    @Override
    public Tally tally(Examples data) {
        return new MultiLabelTally(data.answerNames().size());
    }

    /** {@inheritDoc} They are the probabilities of the labels, each by itself. */
    @Override
    public double[] answer(float[] logits) {
        Logits.requireFinite(logits);
        return IntStream.range(0, logits.length)
                .mapToDouble(i -> 1 / (1 + Math.exp(-logits[i])))
                .toArray();
    }

    @Override
    public List<String> columns() {
        return List.of("labels");
    }

    /** {@inheritDoc} They are the labels given, with {@code |} between them. */
    @Override
    public List<Object> cells(double[] answer, List<String> names) {
        List<String> given = new ArrayList<>();
        for (int i = 0; i < answer.length; i++) {
            if (answer[i] >= 0.5) {
                given.add(names.get(i));
            }
        }
        return List.of(String.join("|", given));
    }
}
