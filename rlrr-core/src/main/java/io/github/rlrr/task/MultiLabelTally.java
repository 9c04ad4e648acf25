package io.github.rlrr.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Keeps the logits of every known label and makes figures of them, in double, as scikit-learn does.
 *
 * <pre>
 *   average precision of a label:  Σ_n (R_n − R_{n−1})·P_n   over its different logits, falling
 *   F1:                            2·TP / (2·TP + FP + FN)   of the labels given
 * </pre>
 *
 * <p>The mean average precision is that of the labels that some example has, macro F1 the mean of
 * those that some example has or was given, micro F1 that of all counts together; NaN where there
 * are none. A logit of 0 or more gives a label.
 */
final class MultiLabelTally implements Tally {

    /** One known label of one example. */
    private record Known(float logit, double target) {

        boolean isThere() {
            return target >= 0.5;
        }

        boolean isGiven() {
            return logit >= 0;
        }

        double loss() {
            return Math.max(logit, 0)
                    - logit * target
                    + Math.log1p(Math.exp(-Math.abs((double) logit)));
        }
    }

    private final List<List<Known>> byLabel = new ArrayList<>();

    MultiLabelTally(int labels) {
        IntStream.range(0, labels).forEach(i -> byLabel.add(new ArrayList<>()));
    }

    @Override
    public void add(float[] logits, double[] target) {
        if (logits.length != byLabel.size() || target.length != byLabel.size()) {
            throw new IllegalArgumentException(
                    "the model gives "
                            + logits.length
                            + " logits, expected one for each of "
                            + byLabel.size()
                            + " labels; give it a head for "
                            + byLabel.size());
        }
        Logits.requireFinite(logits);
        for (int i = 0; i < logits.length; i++) {
            if (!Double.isNaN(target[i])) {
                byLabel.get(i).add(new Known(logits[i], target[i]));
            }
        }
    }

    @Override
    public Figures figures() {
        List<Known> all = byLabel.stream().flatMap(List::stream).toList();
        double loss = all.stream().mapToDouble(Known::loss).average().orElse(Double.NaN);
        return MultiLabel.USUAL
                .figures()
                .with(
                        figure ->
                                switch (figure.name()) {
                                    case Figure.LOSS -> loss;
                                    case "macro_f1" -> mean(byLabel, MultiLabelTally::f1);
                                    case "micro_f1" -> f1(all);
                                    default -> mean(byLabel, MultiLabelTally::averagePrecision);
                                });
    }

    private static double mean(List<List<Known>> labels, ToDoubleFunction<List<Known>> figure) {
        return labels.stream()
                .mapToDouble(figure)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    private static double f1(List<Known> label) {
        long there = label.stream().filter(Known::isThere).count();
        long given = label.stream().filter(Known::isGiven).count();
        long both = label.stream().filter(k -> k.isThere() && k.isGiven()).count();
        return 2.0 * both / (there + given);
    }

    private static double averagePrecision(List<Known> label) {
        List<Known> falling = new ArrayList<>(label);
        falling.sort(Comparator.comparingDouble(Known::logit).reversed());
        long there = label.stream().filter(Known::isThere).count();
        double sum = 0;
        int found = 0;
        int foundBefore = 0;
        for (int i = 0; i < falling.size(); i++) {
            found += falling.get(i).isThere() ? 1 : 0;
            boolean tied =
                    i + 1 < falling.size() && falling.get(i + 1).logit == falling.get(i).logit;
            if (!tied) {
                sum += (found - foundBefore) * (found / (i + 1.0));
                foundBefore = found;
            }
        }
        return sum / there;
    }
}
