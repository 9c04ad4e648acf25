package io.github.rlrr.training;

/**
 * Learning rate, losses (mean softmax cross-entropy in nats), accuracies and time of one epoch of a
 * run; a line of {@link MetricsLog}.
 *
 * @param epoch the epoch, from 1
 * @param learningRate the rate of its last step
 * @param trainLoss the mean loss over its training examples
 * @param trainAccuracy the share of training examples classified right while training, 0 to 1
 * @param validationLoss the mean loss over the validation set afterwards; NaN without one
 * @param validationAccuracy the share of the validation set classified right; NaN without one
 * @param seconds wall-clock seconds of training, evaluation left out
 * @param waited seconds of these in which the loop waited for data
 */
public record EpochMetrics(
        int epoch,
        double learningRate,
        double trainLoss,
        double trainAccuracy,
        double validationLoss,
        double validationAccuracy,
        double seconds,
        double waited) {}
