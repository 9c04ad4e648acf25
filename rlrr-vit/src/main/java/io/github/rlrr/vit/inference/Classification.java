package io.github.rlrr.vit.inference;

import io.github.rlrr.task.SingleLabel;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a classifier says of an image.
 *
 * @param ranked every class from the most to the least probable; of equal ones the first in label
 *     order comes first
 * @param accepted whether the most probable one is to be trusted: at least as probable as the
 *     classifier's threshold
 */
public record Classification(List<ClassProbability> ranked, boolean accepted) {

    /**
     * Copies the list.
     *
     * @param ranked as the record has it
     * @param accepted as the record has it
     */
    public Classification {
        ranked = List.copyOf(ranked);
    }

    /**
     * Computes the softmax of logits, in double.
     *
     * @param logits finite, one for each class
     * @param classNames in label order
     * @param rejectBelow the threshold, 0 to 1
     * @throws ArithmeticException when a logit is not finite
     */
    static Classification of(float[] logits, List<String> classNames, double rejectBelow) {
        double[] probabilities = SingleLabel.USUAL.answer(logits);
        List<ClassProbability> ranked =
                IntStream.range(0, logits.length)
                        .mapToObj(i -> new ClassProbability(classNames.get(i), i, probabilities[i]))
                        .sorted(
                                Comparator.comparingDouble(ClassProbability::probability)
                                        .reversed())
                        .toList();
        return new Classification(ranked, ranked.get(0).probability() >= rejectBelow);
    }

    /**
     * The most probable class.
     *
     * @return the first of {@link #ranked}
     */
    public ClassProbability best() {
        return ranked.get(0);
    }

    /**
     * The answer.
     *
     * @return the name of the most probable class, or empty where it is not accepted
     */
    public Optional<String> label() {
        return accepted ? Optional.of(best().name()) : Optional.empty();
    }

    /**
     * The probabilities of all classes.
     *
     * @return in label order; they sum to 1
     */
    public double[] probabilities() {
        double[] byLabel = new double[ranked.size()];
        ranked.forEach(each -> byLabel[each.index()] = each.probability());
        return byLabel;
    }
}
