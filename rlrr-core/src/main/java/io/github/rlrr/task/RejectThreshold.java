package io.github.rlrr.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * From which probability on a classifier's answers are trusted, so that those are right often
 * enough.
 *
 * <p>An example is accepted when the probability of its likeliest class is at least {@code
 * probability}. Chosen is the smallest threshold that reaches the accuracy asked for, which accepts
 * the most. It is measured on the examples it is chosen on: on a few of them it is a rough guess,
 * and images of another kind than these are not covered at all.
 *
 * <p>Source: Geifman and El-Yaniv, Selective Classification for Deep Neural Networks, NeurIPS 2017,
 * without its confidence bound.
 *
 * @param probability the threshold, 0 to 1; at 0 every example is accepted
 * @param coverage the share of the examples that are accepted, above 0 to 1
 * @param accuracy the share of the accepted examples that are classified right, 0 to 1
 */
public record RejectThreshold(double probability, double coverage, double accuracy) {

    /**
     * Chooses a threshold.
     *
     * @param examples of a set that was not trained on, at least one
     * @param wanted the share of the accepted examples that is to be right, above 0 to 1
     * @return the threshold, or empty where none reaches that accuracy
     * @throws IllegalArgumentException when there are no examples or {@code wanted} is out of range
     */
    public static Optional<RejectThreshold> choose(List<Classified> examples, double wanted) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException("there are no examples to choose a threshold on");
        }
        if (!(wanted > 0 && wanted <= 1)) {
            throw new IllegalArgumentException(
                    "the accuracy asked for is " + wanted + ", expected above 0 to 1");
        }
        List<Classified> surest = new ArrayList<>(examples);
        surest.sort(Comparator.comparingDouble(Classified::confidence).reversed());
        int total = surest.size();
        int correct = 0;
        RejectThreshold best = null;
        for (int i = 0; i < total; i++) {
            correct += surest.get(i).correct() ? 1 : 0;
            double confidence = surest.get(i).confidence();
            boolean tied = i + 1 < total && surest.get(i + 1).confidence() == confidence;
            double accuracy = correct / (i + 1.0);
            if (!tied && accuracy >= wanted) {
                boolean all = i + 1 == total;
                best = new RejectThreshold(all ? 0 : confidence, (i + 1.0) / total, accuracy);
            }
        }
        return Optional.ofNullable(best);
    }
}
