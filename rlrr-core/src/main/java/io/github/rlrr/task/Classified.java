package io.github.rlrr.task;

/**
 * How a classifier did on one example.
 *
 * @param index the example, counted from 0 in the order it came
 * @param label its class
 * @param predicted the class of the largest logit, the first of several
 * @param confidence the softmax probability of {@code predicted}, 0 to 1
 * @param loss −log of the softmax probability of {@code label}, in nats
 */
public record Classified(int index, int label, int predicted, double confidence, double loss) {

    /**
     * Whether it was right.
     *
     * @return true where the predicted class is the label
     */
    public boolean correct() {
        return label == predicted;
    }
}
