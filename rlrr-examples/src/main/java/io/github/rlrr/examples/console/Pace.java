package io.github.rlrr.examples.console;

import io.github.rlrr.training.FineTuneListener.StepProgress;
import java.util.Locale;
import java.util.function.LongSupplier;

/** How fast a run goes and how long the whole of it still takes, by the steps it has done. */
final class Pace {

    private static final double NANOS = 1e9;

    private final LongSupplier clock;
    private long runStart;
    private long firstStep;
    private long epochStart;
    private long images;
    private long imagesAtStart;

    /**
     * Starts measuring.
     *
     * @param clock nanoseconds since any moment
     */
    Pace(LongSupplier clock) {
        this.clock = clock;
    }

    /** Counts a step; time is measured from the end of the first one, which is slower. */
    void step(StepProgress progress) {
        if (firstStep == 0) {
            firstStep = progress.step();
            runStart = clock.getAsLong();
        }
        images += progress.examples();
        if (epochStart == 0) {
            epochStart = clock.getAsLong();
            imagesAtStart = images;
        }
    }

    /** Ends an epoch: what comes before its next step is not training. */
    void endEpoch() {
        epochStart = 0;
        images = 0;
    }

    /** Training images since the epoch began. */
    long images() {
        return images;
    }

    /** The speed of this epoch's training; NaN before there are two steps to measure. */
    double imagesPerSecond() {
        double seconds = (clock.getAsLong() - epochStart) / NANOS;
        boolean measured = epochStart != 0 && images > imagesAtStart && seconds > 0;
        return measured ? (images - imagesAtStart) / seconds : Double.NaN;
    }

    /** What the rest of the run takes if it goes on as it has, evaluations included; else NaN. */
    double secondsLeft(StepProgress progress) {
        long done = progress.step() - firstStep;
        double seconds = (clock.getAsLong() - runStart) / NANOS;
        return done > 0 ? seconds / done * (progress.totalSteps() - progress.step()) : Double.NaN;
    }

    /** What a bar says beside itself, the least needed last, which a narrow terminal cuts off. */
    String text(StepProgress progress) {
        StringBuilder text = new StringBuilder();
        double left = secondsLeft(progress);
        if (Double.isFinite(left)) {
            text.append("left ").append(clockTime(Math.round(left))).append(' ');
        }
        double speed = imagesPerSecond();
        if (Double.isFinite(speed)) {
            text.append(String.format(Locale.ROOT, "%.0f images/s ", speed));
        }
        if (Double.isFinite(progress.loss())) {
            text.append(String.format(Locale.ROOT, "loss %.3f ", progress.loss()));
        }
        return text + String.format(Locale.ROOT, "lr %.1e", progress.learningRate());
    }

    private static String clockTime(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        seconds / 3600,
                        seconds / 60 % 60,
                        seconds % 60);
    }
}
