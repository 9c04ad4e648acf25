package io.github.rlrr.task;

import ai.djl.ndarray.NDManager;
import io.github.rlrr.data.Examples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Numbers: C quantities an example, each in its own unit.
 *
 * <p>A target has a number for each quantity, NaN where it is not known; what is not known does not
 * count. The model's outputs z are standardised, so that one learning rate suits every unit:
 *
 * <pre>
 *   answer = mean + deviation·z,   mean and deviation (divided by n) over the training examples
 *   x = z − (target − mean) / deviation
 *   squared: x²     absolute: |x|     huber: x²/2 where |x| ≤ δ, else δ·(|x| − δ/2)
 * </pre>
 *
 * <p>The loss is the mean over what is known, and the lower one is better.
 *
 * @param loss how an error counts
 * @param delta δ of {@link Loss#HUBER}, in deviations; more than 0
 * @param means of each quantity, in its unit
 * @param deviations of each quantity, in its unit, more than 0
 */
public record Regression(Loss loss, double delta, List<Double> means, List<Double> deviations)
        implements Task {

    /** The name of this task. */
    public static final String NAME = "regression";

    /** How an error counts. */
    public enum Loss {
        /** x². */
        SQUARED("torch.mse_loss(z, y, 0)"),

        /** |x|, which a few wild targets spoil less. */
        ABSOLUTE("torch.l1_loss(z, y, 0)"),

        /** Squared up to δ, absolute beyond. */
        HUBER("torch.huber_loss(z, y, 0, %s)");

        private final String program;

        Loss(String program) {
            this.program = program;
        }

        /** Of an error x, in deviations. */
        double of(double x, double delta) {
            double size = Math.abs(x);
            return switch (this) {
                case SQUARED -> x * x;
                case ABSOLUTE -> size;
                case HUBER -> size <= delta ? x * x / 2 : delta * (size - delta / 2);
            };
        }
    }

    private static final String LOSS = "loss";
    private static final String DELTA = "delta";
    private static final String MEANS = "means";
    private static final String DEVIATIONS = "deviations";

    /**
     * Copies the lists.
     *
     * @param loss see the record
     * @param delta see the record
     * @param means see the record
     * @param deviations see the record
     */
    public Regression {
        means = List.copyOf(means);
        deviations = List.copyOf(deviations);
    }

    /**
     * The task of a training set.
     *
     * @param targets those of its examples, which give means and deviations
     * @param loss how an error counts
     * @param delta δ of {@link Loss#HUBER}
     * @return the task; {@link #faults} tells of a quantity that is constant or never known
     */
    public static Regression of(List<double[]> targets, Loss loss, double delta) {
        List<Double> means = new ArrayList<>();
        List<Double> deviations = new ArrayList<>();
        int quantities = targets.isEmpty() ? 0 : targets.get(0).length;
        for (int c = 0; c < quantities; c++) {
            int column = c;
            double[] known =
                    targets.stream()
                            .mapToDouble(target -> target[column])
                            .filter(value -> !Double.isNaN(value))
                            .toArray();
            double mean = RegressionTally.mean(known);
            means.add(mean);
            deviations.add(Math.sqrt(RegressionTally.variance(known, mean)));
        }
        return new Regression(loss, delta, means, deviations);
    }

    /** The task of a training set, with squared errors. */
    static Regression of(Examples train) {
        return of(
                IntStream.range(0, train.size()).mapToObj(train::target).toList(), Loss.SQUARED, 1);
    }

    /** The task that an adapter keeps. */
    static Regression kept(Map<String, Object> kept, int answers) {
        double most = Double.MAX_VALUE;
        List<Double> means = Kept.numbers(kept, MEANS, answers, -most, most);
        List<Double> deviations = Kept.numbers(kept, DEVIATIONS, answers, Double.MIN_VALUE, most);
        if (means.size() != answers || deviations.size() != answers) {
            throw new IllegalArgumentException(
                    "the task is "
                            + kept
                            + ", expected the means and deviations of "
                            + answers
                            + " quantities");
        }
        Object delta = kept.getOrDefault(DELTA, 1.0);
        if (!(delta instanceof Number number) || !(number.doubleValue() > 0)) {
            throw new IllegalArgumentException(
                    "the task's delta is " + delta + ", expected a number more than 0");
        }
        Object loss = kept.get(LOSS);
        for (Loss each : Loss.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(loss)) {
                return new Regression(each, number.doubleValue(), means, deviations);
            }
        }
        throw new IllegalArgumentException(
                "the task's loss is " + loss + ", expected squared, absolute or huber");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(LOSS, loss.name().toLowerCase(Locale.ROOT));
        if (loss == Loss.HUBER) {
            settings.put(DELTA, delta);
        }
        settings.put(MEANS, means);
        settings.put(DEVIATIONS, deviations);
        return settings;
    }

    @Override
    public Map<String, Object> kept() {
        return settings();
    }

    @Override
    public List<String> faults() {
        return delta > 0 && Double.isFinite(delta)
                ? List.of()
                : List.of("the delta of the Huber loss is " + delta + ", expected more than 0");
    }

    @Override
    public List<String> faults(Examples train, @Nullable Examples validation, int outputs) {
        List<String> faults = Tasks.faults(this, "quantities", train, validation);
        List<String> names = train.answerNames();
        if (outputs != names.size() || means.size() != names.size()) {
            faults.add(
                    "the data has "
                            + names.size()
                            + " quantities, the task "
                            + means.size()
                            + " and the model's head "
                            + outputs
                            + " outputs; expected as many of each");
            return faults;
        }
        for (int i = 0; i < names.size(); i++) {
            if (!Double.isFinite(means.get(i))) {
                faults.add("not one value of " + names.get(i) + " is known in the training set");
            } else if (!(deviations.get(i) > 0)) {
                faults.add(
                        names.get(i)
                                + " is "
                                + means.get(i)
                                + " in the whole training set: there is nothing to learn; leave it"
                                + " out");
            }
        }
        return faults;
    }

    @Override
    public Objective objective(NDManager like, boolean mixed) {
        String each = String.format(Locale.ROOT, loss.program, Double.toString(delta));
        KnownTargetsLoss.Scale scale = new KnownTargetsLoss.Scale(means, deviations);
        return new KnownTargetsLoss(each, List.of(), scale, mixed, like);
    }

    @Override
    public List<String> counts() {
        return List.of();
    }

    @Override
    public Figures trained(double loss, List<Double> counts, long examples) {
        return Figures.of(RegressionTally.LOSS.of(loss));
    }

    @Override
    public Figures figures() {
        return RegressionTally.ALL;
    }

    @Override
    public List<String> deciding() {
        return List.of(Figure.LOSS);
    }

    @Override
    public Tally tally(Examples data) {
        return new RegressionTally(this, data.answerNames());
    }

    /** {@inheritDoc} They are the quantities, each in its own unit. */
    @Override
    public double[] answer(float[] outputs) {
        Logits.requireFinite(outputs);
        return IntStream.range(0, outputs.length)
                .mapToDouble(i -> means.get(i) + deviations.get(i) * outputs[i])
                .toArray();
    }

    @Override
    public List<Integer> given(double[] answer) {
        return List.of();
    }

    /** {@inheritDoc} They are the names of the quantities. */
    @Override
    public List<String> columns(List<String> names) {
        return names;
    }

    /** {@inheritDoc} They are the quantities. */
    @Override
    public List<Object> cells(double[] answer, List<String> names) {
        return IntStream.range(0, answer.length).mapToObj(i -> (Object) answer[i]).toList();
    }
}
