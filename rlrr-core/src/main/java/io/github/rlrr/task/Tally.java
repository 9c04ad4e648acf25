package io.github.rlrr.task;

import java.util.List;

/** Counts answers as they come and makes figures of them. Not safe for several threads. */
public interface Tally {

    /**
     * Counts an answer.
     *
     * @param outputs the model's
     * @param target what was to be answered
     * @throws IllegalArgumentException when they do not fit together
     */
    void add(float[] outputs, double[] target);

    /**
     * Sums up what was counted so far.
     *
     * @return the figures
     */
    Figures figures();

    /**
     * The figures of each label or quantity, where a task has several.
     *
     * @return in the order of the names, each with the same figures; empty where there are none
     */
    default List<NamedFigures> each() {
        return List.of();
    }
}
