package io.github.rlrr.vit.inference;

import java.util.List;
import java.util.Optional;

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

    /** What an answer of one label an image says. */
    static Classification of(Answer answer) {
        return new Classification(answer.ranked(), answer.accepted());
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
