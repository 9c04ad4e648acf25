package io.github.rlrr.task;

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
}
