package io.github.rlrr.examples;

import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.LearningRateSchedule;
import java.util.Locale;

/** The learning-rate schedules of {@code --schedule}. */
enum Schedule {
    /** {@code FineTuner}'s own: it moves every step, up over a tenth of the run, then down. */
    COSINE,

    /** The published code's, its 10, 100 and 10 epochs shrunk or stretched to the run's length. */
    PUBLISHED;

    private static final double PUBLISHED_WARMUP = 10;
    private static final double PUBLISHED_COSINE = 100;
    private static final double PUBLISHED_EPOCHS = 110;

    /**
     * Chooses this schedule.
     *
     * @param tuner what is configured, valid but for the schedule
     * @param run its length and peak rate
     * @throws IllegalArgumentException when the published schedule cannot have this peak
     */
    void choose(FineTuner.Builder tuner, TrainingRun run) {
        if (this == PUBLISHED) {
            double scale = run.epochs() / PUBLISHED_EPOCHS;
            int warmup = (int) Math.round(PUBLISHED_WARMUP * scale);
            int cosine = (int) Math.max(1, Math.round(PUBLISHED_COSINE * scale));
            tuner.schedule(LearningRateSchedule.published(run.learningRate(), warmup, cosine));
        }
    }

    /** As options spell it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
