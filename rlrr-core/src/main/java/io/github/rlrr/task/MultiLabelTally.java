package io.github.rlrr.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Keeps the probability of every known label and makes figures of them, in double, as scikit-learn
 * does.
 *
 * <pre>
 *   average precision of a label:  Σ_n (R_n − R_{n−1})·P_n   over its different probabilities, falling
 *   F1:                            2·TP / (2·TP + FP + FN)   of the labels given
 *   AUROC:                         how often an example that has the label is the more probable of
 *                                  two of which the other has it not; of equals, half
 * </pre>
 *
 * <p>The mean average precision is that of the labels that some example has, macro F1 the mean of
 * those that some example has or was given, micro F1 that of all counts together; NaN where there
 * are none. The task's thresholds say which labels are given.
 */
final class MultiLabelTally implements Tally {

    /** One known label of one example. */
    private record Known(float logit, double target, boolean isGiven) {

        boolean isThere() {
            return target >= 0.5;
        }

        double loss() {
            return Math.max(logit, 0)
                    - logit * target
                    + Math.log1p(Math.exp(-Math.abs((double) logit)));
        }
    }

    private static final Figures OF_A_LABEL =
            Figures.of(
                    Figure.count("support"),
                    Figure.share("precision"),
                    Figure.share("recall"),
                    Figure.score("f1"),
                    Figure.score("average_precision"),
                    Figure.score("auroc"),
                    Figure.score("threshold"));

    private final MultiLabel task;
    private final List<String> names;
    private final List<List<Known>> byLabel = new ArrayList<>();

    MultiLabelTally(MultiLabel task, List<String> names) {
        this.task = task;
        this.names = names;
        names.forEach(name -> byLabel.add(new ArrayList<>()));
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
                boolean given = probability(logits[i]) >= task.threshold(i);
                byLabel.get(i).add(new Known(logits[i], target[i], given));
            }
        }
    }

    /** The logistic function, in double. */
    static double probability(float logit) {
        return 1 / (1 + Math.exp(-logit));
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

    @Override
    public List<NamedFigures> each() {
        return IntStream.range(0, names.size())
                .mapToObj(i -> new NamedFigures(names.get(i), ofLabel(i)))
                .toList();
    }

    private Figures ofLabel(int label) {
        List<Known> known = byLabel.get(label);
        double both = count(known, k -> k.isThere() && k.isGiven());
        return OF_A_LABEL.with(
                figure ->
                        switch (figure.name()) {
                            case "support" -> count(known, Known::isThere);
                            case "precision" -> both / count(known, Known::isGiven);
                            case "recall" -> both / count(known, Known::isThere);
                            case "f1" -> f1(known);
                            case "average_precision" -> averagePrecision(known);
                            case "auroc" -> auroc(known);
                            default -> task.threshold(label);
                        });
    }

    private static double mean(List<List<Known>> labels, ToDoubleFunction<List<Known>> figure) {
        return labels.stream()
                .mapToDouble(figure)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    private static double count(List<Known> label, java.util.function.Predicate<Known> condition) {
        return label.stream().filter(condition).count();
    }

    private static double f1(List<Known> label) {
        double both = count(label, k -> k.isThere() && k.isGiven());
        return 2 * both / (count(label, Known::isThere) + count(label, Known::isGiven));
    }

    private static List<Known> falling(List<Known> label) {
        List<Known> falling = new ArrayList<>(label);
        falling.sort(Comparator.comparingDouble(Known::logit).reversed());
        return falling;
    }

    private static boolean isTied(List<Known> falling, int index) {
        return index + 1 < falling.size()
                && falling.get(index + 1).logit == falling.get(index).logit;
    }

    private static double averagePrecision(List<Known> label) {
        List<Known> falling = falling(label);
        double sum = 0;
        int found = 0;
        int foundBefore = 0;
        for (int i = 0; i < falling.size(); i++) {
            found += falling.get(i).isThere() ? 1 : 0;
            if (!isTied(falling, i)) {
                sum += (found - foundBefore) * (found / (i + 1.0));
                foundBefore = found;
            }
        }
        return sum / count(label, Known::isThere);
    }

    /** By the ranks of those that have the label: Mann and Whitney's U, over their pairs. */
    private static double auroc(List<Known> label) {
        List<Known> falling = falling(label);
        double there = count(label, Known::isThere);
        double absent = label.size() - there;
        double above = 0;
        double sum = 0;
        int from = 0;
        for (int i = 0; i < falling.size(); i++) {
            if (!isTied(falling, i)) {
                List<Known> tied = falling.subList(from, i + 1);
                double thereTied = count(tied, Known::isThere);
                double absentTied = tied.size() - thereTied;
                sum += absentTied * (above + thereTied / 2);
                above += thereTied;
                from = i + 1;
            }
        }
        return sum / (there * absent);
    }

    /**
     * The threshold of the highest F1: ½ where none is better, else the middle between the least
     * probability that is given the label and the next one that is not, of several such places the
     * one nearest to ½; ½ for a label that no example has.
     */
    double bestThreshold(int label) {
        List<Known> falling = falling(byLabel.get(label));
        double there = count(falling, Known::isThere);
        double best = 0.5;
        double bestF1 = there == 0 ? 1 : f1At(falling, there, best);
        int found = 0;
        for (int i = 0; i < falling.size(); i++) {
            found += falling.get(i).isThere() ? 1 : 0;
            if (isTied(falling, i)) {
                continue;
            }
            double f1 = 2.0 * found / (there + i + 1);
            double least = probability(falling.get(i).logit);
            double next = i + 1 < falling.size() ? probability(falling.get(i + 1).logit) : 0;
            double middle = (least + next) / 2;
            boolean nearer = Math.abs(middle - 0.5) < Math.abs(best - 0.5);
            if (f1 > bestF1 || (f1 == bestF1 && best != 0.5 && nearer)) {
                bestF1 = f1;
                best = middle;
            }
        }
        return best;
    }

    private static double f1At(List<Known> label, double there, double threshold) {
        List<Known> given = label.stream().filter(k -> probability(k.logit) >= threshold).toList();
        return 2 * count(given, Known::isThere) / (there + given.size());
    }
}
