package io.github.rlrr.training;

import java.util.List;

/**
 * How a run went, epoch by epoch, and how it ended. The trained values themselves are in the
 * adapted block that was trained.
 *
 * @param epochs the metrics of every finished epoch
 * @param steps the number of optimizer steps taken
 * @param stopped whether it was asked to stop before its end; running out of patience is an end
 * @param keptEpoch the epoch, from 1, whose values the adapter holds; 0 for those of the step at
 *     which the run was stopped
 */
public record FineTuneResult(
        List<EpochMetrics> epochs, long steps, boolean stopped, int keptEpoch) {

    /**
     * Copies the list.
     *
     * @param epochs in order; an epoch that was cut short is not among them
     * @param steps steps taken, those of a cut-short epoch included
     * @param stopped true when the run ended before its last epoch did
     * @param keptEpoch the epoch whose values were kept
     */
    public FineTuneResult {
        epochs = List.copyOf(epochs);
    }
}
