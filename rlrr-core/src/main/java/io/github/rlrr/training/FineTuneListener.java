package io.github.rlrr.training;

/** Follows a run, on the thread that trains. */
public interface FineTuneListener {

    /**
     * A step is done.
     *
     * @param progress where the run stands
     */
    default void onStep(StepProgress progress) {}

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
