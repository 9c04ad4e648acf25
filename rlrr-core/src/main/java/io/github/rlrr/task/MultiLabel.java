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
 * the labels whose probability is at least the label's threshold. Higher mean average precision is
 * better, and of equals the lower loss.
 *
 * @param positiveWeights how often a label that is there counts in the loss, for each label, as
 *     torch's {@code pos_weight}; empty: once
 * @param thresholds the probability from which on an example is given a label, for each, 0 to 1;
 *     empty: ½
 */
public record MultiLabel(List<Double> positiveWeights, List<Double> thresholds) implements Task {

    /** The name of this task. */
    public static final String NAME = "multi-label";

    /** Labels that are there count once. */
    public static final MultiLabel USUAL = new MultiLabel(List.of());

    static final String THRESHOLDS = "thresholds";

    static final Figure LOSS = Figure.error(Figure.LOSS, "cross-entropy");
    static final Figure AVERAGE_PRECISION = Figure.score("mean_average_precision");

    /**
     * Copies the lists.
     *
     * @param positiveWeights see the record
     * @param thresholds see the record
     */
    public MultiLabel {
        positiveWeights = List.copyOf(positiveWeights);
        thresholds = List.copyOf(thresholds);
    }

    /**
     * With the threshold ½ for every label.
     *
     * @param positiveWeights see the record
     */
    public MultiLabel(List<Double> positiveWeights) {
        this(positiveWeights, List.of());
    }

    /**
     * Weights at which the examples that have a label count as much as those that have not: for
     * each label the number of the latter divided by that of the former, among those where it is
     * known; 1 where there are none of either.
     *
     * @param targets those of the training examples
     * @return the task with these weights
     */
    public static MultiLabel balanced(Iterable<double[]> targets) {
        double[] with = {};
        double[] without = {};
        for (double[] target : targets) {
            with = with.length == 0 ? new double[target.length] : with;
            without = without.length == 0 ? new double[target.length] : without;
            for (int i = 0; i < target.length; i++) {
                with[i] += target[i] > 0 ? target[i] : 0;
                without[i] += target[i] < 1 ? 1 - target[i] : 0;
            }
        }
        List<Double> weights = new ArrayList<>();
        for (int i = 0; i < with.length; i++) {
            weights.add(with[i] > 0 && without[i] > 0 ? without[i] / with[i] : 1);
        }
        return new MultiLabel(weights);
    }

    /** The threshold of a label. */
    double threshold(int label) {
        return thresholds.isEmpty() ? 0.5 : thresholds.get(label);
    }

    @Override
    public Map<String, Object> kept() {
        return thresholds.isEmpty() ? Map.of() : Map.of(THRESHOLDS, thresholds);
    }

    /** {@inheritDoc} They are the thresholds, by {@link MultiLabelTally#bestThreshold}. */
    @Override
    public Task chosenOn(Examples data, List<float[]> outputs) {
        MultiLabelTally tally = new MultiLabelTally(this, data.answerNames());
        for (int i = 0; i < outputs.size(); i++) {
            tally.add(outputs.get(i), data.target(i));
        }
        return new MultiLabel(
                positiveWeights,
                IntStream.range(0, data.answerNames().size())
                        .mapToObj(tally::bestThreshold)
                        .toList());
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
        String each =
                "torch.binary_cross_entropy_with_logits(z, y, None, "
                        + (positiveWeights.isEmpty() ? "None" : "w")
                        + ", 0)";
        return new KnownTargetsLoss(
                each, positiveWeights, KnownTargetsLoss.Scale.NONE, mixed, like);
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
        return new MultiLabelTally(this, data.answerNames());
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
    public List<Integer> given(double[] answer) {
        return IntStream.range(0, answer.length)
                .filter(i -> answer[i] >= threshold(i))
                .boxed()
                .toList();
    }

    @Override
    public List<String> columns(List<String> names) {
        return List.of("labels");
    }

    /** {@inheritDoc} They are the labels given, with {@code |} between them. */
    @Override
    public List<Object> cells(double[] answer, List<String> names) {
        return List.of(String.join("|", given(answer).stream().map(names::get).toList()));
    }
}
