package io.github.rlrr.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How many examples of each class were given each class. Immutable. */
public final class ConfusionMatrix {

    /**
     * Examples of one class that were given another.
     *
     * @param label the class they have
     * @param predicted the class they were given
     * @param count how many, at least 1
     */
    public record Confusion(int label, int predicted, int count) {}

    private final int[][] counts;

    /** Takes the counts over: rows are labels, columns predictions. */
    ConfusionMatrix(int[][] counts) {
        this.counts = counts;
    }

    /**
     * The number of classes.
     *
     * @return rows, and columns
     */
    public int classes() {
        return counts.length;
    }

    /**
     * One count.
     *
     * @param label the class examples have
     * @param predicted the class they were given
     * @return how many
     */
    public int count(int label, int predicted) {
        return counts[label][predicted];
    }

    /**
     * The confusions that happened, the most frequent first, then by label and prediction.
     *
     * @return every pair of different classes with a count above 0
     */
    public List<Confusion> confusions() {
        List<Confusion> found = new ArrayList<>();
        for (int label = 0; label < counts.length; label++) {
            for (int predicted = 0; predicted < counts.length; predicted++) {
                if (label != predicted && counts[label][predicted] > 0) {
                    found.add(new Confusion(label, predicted, counts[label][predicted]));
                }
            }
        }
        // The sort is stable: equal counts keep the order they were found in.
        found.sort(Comparator.comparingInt(Confusion::count).reversed());
        return found;
    }
}
