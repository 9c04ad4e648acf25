package io.github.rlrr.task;

import java.util.Arrays;

/** What one example's logits say, computed in double. */
final class Logits {

    private Logits() {}

    /** The class of the largest logit, the first of several; of NaN it knows nothing. */
    static int argMax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    /** −log softmax(z)[label], in nats. */
    static double crossEntropy(float[] logits, int label) {
        double max = logits[argMax(logits)];
        return Math.log(exponentials(logits, max)) + max - logits[label];
    }

    /** The largest softmax probability. */
    static double confidence(float[] logits) {
        return 1 / exponentials(logits, logits[argMax(logits)]);
    }

    /** How many classes come before a class: those with a larger logit, or as large and first. */
    static int rank(float[] logits, int label) {
        int before = 0;
        for (int i = 0; i < logits.length; i++) {
            before +=
                    logits[i] > logits[label] || (logits[i] == logits[label] && i < label) ? 1 : 0;
        }
        return before;
    }

    /**
     * softmax(z).
     *
     * @throws ArithmeticException when a logit is not finite
     */
    static double[] softmax(float[] logits) {
        requireFinite(logits);
        double max = logits[argMax(logits)];
        double[] probabilities = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = Math.exp(logits[i] - max);
        }
        double sum = Arrays.stream(probabilities).sum();
        return Arrays.stream(probabilities).map(p -> p / sum).toArray();
    }

    /**
     * Refuses what is no answer.
     *
     * @throws ArithmeticException when a logit is not finite
     */
    static void requireFinite(float[] logits) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new ArithmeticException(
                        "the model answers with the logit "
                                + logit
                                + ", which is not finite: its weights are damaged, or of a"
                                + " precision too coarse for it");
            }
        }
    }

    /** Σ exp(z − max). */
    private static double exponentials(float[] logits, double max) {
        double sum = 0;
        for (float z : logits) {
            sum += Math.exp(z - max);
        }
        return sum;
    }
}
