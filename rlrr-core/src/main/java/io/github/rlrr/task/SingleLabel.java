package io.github.rlrr.task;

import ai.djl.ndarray.NDManager;
import io.github.rlrr.data.Examples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One label an example, of C classes: softmax cross-entropy, told by the accuracy.
 *
 * <p>Each example is given the class of the largest logit, the first of several. Higher accuracy is
 * better, and of equals the lower loss.
 *
 * @param labelSmoothing ε: 1−ε of the target stays where it is, ε is spread over all classes; 0 or
 *     more and less than 1
 * @param classWeights a positive weight for each class in the loss, in label order, for sets that
 *     are not balanced; empty: all alike. Without mixing the loss is the weighted mean; with soft
 *     targets it is divided by the number of examples, as torch does
 */
public record SingleLabel(double labelSmoothing, List<Double> classWeights) implements Task {

    /** Neither smoothed nor weighted. */
    public static final SingleLabel USUAL = new SingleLabel(0, List.of());

    private static final Figure LOSS = Figure.error(Figure.LOSS, "cross-entropy");
    private static final Figure ACCURACY = Figure.share("accuracy");

    /**
     * Copies the weights.
     *
     * @param labelSmoothing see the record
     * @param classWeights see the record
     */
    public SingleLabel {
        classWeights = List.copyOf(classWeights);
    }

    @Override
    public String name() {
        return Tasks.USUAL;
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("labelSmoothing", labelSmoothing);
        settings.put("classWeights", classWeights);
        return settings;
    }

    @Override
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
            faults.add(
                    "label smoothing is "
                            + labelSmoothing
                            + ", expected 0 or more and less than 1");
        }
        if (!classWeights.stream().allMatch(w -> w > 0 && Double.isFinite(w))) {
            faults.add("class weights are " + classWeights + ", expected more than 0 for each");
        }
        return faults;
    }

    /** {@inheritDoc} A head may have more outputs than there are classes, but not with weights. */
    @Override
    public List<String> faults(Examples train, @Nullable Examples validation, int outputs) {
        List<String> faults = Tasks.faults(this, "classes", train, validation);
        int classes = train.answerNames().size();
        boolean many = outputs > classes && classWeights.size() == classes;
        if (outputs < classes || many) {
            faults.add(
                    (many ? "there are weights for " : "the data has ")
                            + classes
                            + " classes but the model's head has "
                            + outputs
                            + " outputs; give it a head for "
                            + classes);
        }
        if (!classWeights.isEmpty() && classWeights.size() != classes) {
            faults.add(classWeights.size() + " class weights for " + classes + " classes");
        }
        return faults;
    }

    @Override
    public Objective objective(NDManager like, boolean mixed) {
        return new LossProgram(this, mixed, like);
    }

    @Override
    public List<String> counts() {
        return List.of("correct");
    }

    @Override
    public Figures trained(double loss, List<Double> counts, long examples) {
        return figures(loss, counts.get(0) / examples);
    }

    /**
     * The main figures.
     *
     * @param loss the mean softmax cross-entropy in nats
     * @param accuracy the share classified right, 0 to 1
     * @return the figures {@code loss} and {@code accuracy}
     */
    public static Figures figures(double loss, double accuracy) {
        return Figures.of(LOSS.of(loss), ACCURACY.of(accuracy));
    }

    @Override
    public Figures figures() {
        return Figures.of(LOSS, ACCURACY);
    }

    @Override
    public List<String> deciding() {
        return List.of(ACCURACY.name(), LOSS.name());
    }

    @Override
    public Tally tally(Examples data) {
        return new Hits(data.answerNames().size());
    }

    /** The two main figures, of a head that may have more outputs than there are classes. */
    private static final class Hits implements Tally {

        private final int classes;
        private int examples;
        private int correct;
        private double loss;

        Hits(int classes) {
            this.classes = classes;
        }

        @Override
        public void add(float[] logits, double[] target) {
            int label = (int) target[0];
            if (label >= logits.length) {
                throw new IllegalArgumentException(
                        "label "
                                + label
                                + " but the model has "
                                + logits.length
                                + " classes; give it a head for "
                                + classes);
            }
            examples++;
            loss += Logits.crossEntropy(logits, label);
            correct += Logits.argMax(logits) == label ? 1 : 0;
        }

        @Override
        public Figures figures() {
            return SingleLabel.figures(loss / examples, (double) correct / examples);
        }
    }

    /** {@inheritDoc} They are the probabilities of the classes. */
    @Override
    public double[] answer(float[] logits) {
        return Logits.softmax(logits);
    }

    @Override
    public List<Integer> given(double[] answer) {
        int best = 0;
        for (int i = 1; i < answer.length; i++) {
            best = answer[i] > answer[best] ? i : best;
        }
        return List.of(best);
    }

    @Override
    public List<String> columns(List<String> names) {
        return List.of("label", "probability");
    }

    /** {@inheritDoc} They are the most probable class, the first of several, and how probable. */
    @Override
    public List<Object> cells(double[] answer, List<String> names) {
        int best = given(answer).get(0);
        return List.of(names.get(best), answer[best]);
    }
}
