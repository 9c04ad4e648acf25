package io.github.rlrr.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Keeps what was answered and what was true and makes figures of them, in double, as scikit-learn
 * and SciPy do.
 *
 * <pre>
 *   mean absolute error, root mean squared error    in the quantity's unit
 *   R² = 1 − Σ(true − answer)² / Σ(true − mean of true)²
 *   Spearman's rank correlation: Pearson's of the ranks, those of equals averaged
 * </pre>
 *
 * <p>Of several quantities the mean of each figure is told, of those where it has a value: R² and
 * the rank correlation have none where all true values, or all answers, are the same.
 */
final class RegressionTally implements Tally {

    static final Figure LOSS = Figure.error(Figure.LOSS, "in standard deviations");

    private static final Figures OF_A_QUANTITY =
            Figures.of(
                    Figure.error("mean_absolute_error", ""),
                    Figure.error("root_mean_squared_error", ""),
                    Figure.score("r2"),
                    Figure.score("spearman"));

    static final Figures ALL = allOf();

    private final Regression task;
    private final List<String> names;

    /** True values and answers of each quantity, alternating. */
    private final List<List<Double>> byQuantity = new ArrayList<>();

    private double loss;
    private int known;

    RegressionTally(Regression task, List<String> names) {
        this.task = task;
        this.names = names;
        names.forEach(name -> byQuantity.add(new ArrayList<>()));
    }

    private static Figures allOf() {
        List<Figure> all = new ArrayList<>(List.of(LOSS));
        all.addAll(OF_A_QUANTITY.all());
        return new Figures(all);
    }

    @Override
    public void add(float[] outputs, double[] target) {
        if (outputs.length != names.size() || target.length != names.size()) {
            throw new IllegalArgumentException(
                    "the model gives "
                            + outputs.length
                            + " numbers, expected one for each of "
                            + names);
        }
        double[] answer = task.answer(outputs);
        for (int i = 0; i < answer.length; i++) {
            if (!Double.isNaN(target[i])) {
                byQuantity.get(i).add(target[i]);
                byQuantity.get(i).add(answer[i]);
                double error =
                        outputs[i] - (target[i] - task.means().get(i)) / task.deviations().get(i);
                loss += task.loss().of(error, task.delta());
                known++;
            }
        }
    }

    @Override
    public Figures figures() {
        List<Figures> each = each().stream().map(NamedFigures::figures).toList();
        return ALL.with(
                figure ->
                        figure.name().equals(Figure.LOSS)
                                ? loss / known
                                : each.stream()
                                        .mapToDouble(one -> one.value(figure.name()))
                                        .filter(Double::isFinite)
                                        .average()
                                        .orElse(Double.NaN));
    }

    @Override
    public List<NamedFigures> each() {
        return IntStream.range(0, names.size())
                .mapToObj(i -> new NamedFigures(names.get(i), ofQuantity(byQuantity.get(i))))
                .toList();
    }

    private static Figures ofQuantity(List<Double> pairs) {
        int n = pairs.size() / 2;
        double[] truth = IntStream.range(0, n).mapToDouble(i -> pairs.get(2 * i)).toArray();
        double[] answer = IntStream.range(0, n).mapToDouble(i -> pairs.get(2 * i + 1)).toArray();
        double[] errors = IntStream.range(0, n).mapToDouble(i -> answer[i] - truth[i]).toArray();
        double squared = Arrays.stream(errors).map(e -> e * e).average().orElse(Double.NaN);
        ToDoubleFunction<Figure> value =
                figure ->
                        switch (figure.name()) {
                            case "mean_absolute_error" ->
                                    Arrays.stream(errors)
                                            .map(Math::abs)
                                            .average()
                                            .orElse(Double.NaN);
                            case "root_mean_squared_error" -> Math.sqrt(squared);
                            case "r2" -> 1 - quotient(squared, variance(truth, mean(truth)));
                            default -> correlation(ranks(truth), ranks(answer));
                        };
        return OF_A_QUANTITY.with(value);
    }

    private static double quotient(double value, double divisor) {
        return divisor > 0 ? value / divisor : Double.NaN;
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** 0 of equal values, exactly. */
    static double variance(double[] values, double mean) {
        if (Arrays.stream(values).allMatch(value -> value == values[0])) {
            return values.length == 0 ? Double.NaN : 0;
        }
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(Double.NaN);
    }

    private static double correlation(double[] x, double[] y) {
        double meanX = mean(x);
        double meanY = mean(y);
        double both =
                IntStream.range(0, x.length)
                        .mapToDouble(i -> (x[i] - meanX) * (y[i] - meanY))
                        .average()
                        .orElse(Double.NaN);
        return quotient(both, Math.sqrt(variance(x, meanX) * variance(y, meanY)));
    }

    /** From 1; equals share the mean of their places. */
    private static double[] ranks(double[] values) {
        List<Integer> order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted((a, b) -> Double.compare(values[a], values[b]))
                        .toList();
        double[] ranks = new double[values.length];
        for (int from = 0, to; from < ranks.length; from = to) {
            to = from + 1;
            while (to < ranks.length && values[order.get(to)] == values[order.get(from)]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order.get(i)] = (from + 1 + to) / 2.0;
            }
        }
        return ranks;
    }
}
