package io.github.rlrr.examples.run;

import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import java.util.List;

/** Measures a few of a run's steps, those after its first. */
public final class StepTime implements FineTuneListener {

    private static final int WARM_UP = 2;

    /** After so many it knows. */
    public static final int STEPS = WARM_UP + 5;

    private final long start = System.nanoTime();
    private long stepsBefore;
    private long measuredFrom;
    private double seconds = Double.NaN;

    @Override
    public void onContinue(long step, List<EpochMetrics> before) {
        stepsBefore = step;
    }

    @Override
    public void onStep(StepProgress progress) {
        long done = progress.step() - stepsBefore;
        int last = (int) Math.min(STEPS, progress.totalSteps() - stepsBefore);
        int warm = Math.min(WARM_UP, last - 1);
        if (done == warm) {
            measuredFrom = System.nanoTime();
        } else if (done == last) {
            long from = warm == 0 ? start : measuredFrom;
            seconds = (System.nanoTime() - from) / 1e9 / (last - warm);
        }
    }

    /** The steps that were done before. */
    long stepsBefore() {
        return stepsBefore;
    }

    /** Of a step; NaN as long as that is not known. */
    public double seconds() {
        return seconds;
    }
}
