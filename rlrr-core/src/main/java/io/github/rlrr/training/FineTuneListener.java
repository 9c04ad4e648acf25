package io.github.rlrr.training;

import java.util.List;

/** Follows a run, on the thread that trains. */
public interface FineTuneListener {

    /**
     * A run goes on from a state on disk; called before its first step.
     *
     * @param step optimizer steps done before
     * @param epochs the metrics of the epochs finished before
     */
    default void onContinue(long step, List<EpochMetrics> epochs) {}

    /**
     * A step is done.
     *
     * @param progress where the run stands
     */
    default void onStep(StepProgress progress) {}

    /**
     * The losses of the steps since the last reading have arrived. The device is read every few
     * steps, at the end of an epoch and when a run is asked to stop.
     *
     * @param firstStep the step of the first loss, from 1
     * @param losses the mean loss over the batch of each step, before its update
     */
    default void onLosses(long firstStep, List<Float> losses) {}

    /**
     * An epoch is done, its evaluation included.
     *
     * @param metrics what it gave
     */
    default void onEpoch(EpochMetrics metrics) {}

    /**
     * Where a run stands after a step.
     *
     * @param step steps done, from 1
     * @param totalSteps steps of the whole run
     * @param epoch the epoch, from 1
     * @param examples training examples seen in this step
     * @param loss the mean loss since the last reading; the device is read only every few steps, so
     *     it lags
     * @param learningRate the rate of this step
     */
    record StepProgress(
            long step,
            long totalSteps,
            int epoch,
            int examples,
            double loss,
            double learningRate) {}
}
