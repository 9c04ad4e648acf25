package io.github.rlrr.examples.console;

import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * A progress bar of the whole run where a person watches, with speed, loss, learning rate and time
 * left, and one line an epoch everywhere.
 */
public final class Progress implements FineTuneListener, AutoCloseable {

    private static final int REFRESH_MILLIS = 500;
    private static final int WIDTH = 120;

    private final PrintWriter out;
    private final int epochs;
    private final boolean terminal;
    private final Pace pace = new Pace(System::nanoTime);
    private final long start = System.nanoTime();
    private @Nullable ProgressBar bar;

    /** Whether some of the epoch's images were seen before the run went on. */
    private boolean partial;

    public Progress(PrintWriter out, int epochs) {
        this.out = out;
        this.epochs = epochs;
        terminal = Terminal.isInteractive();
    }

    @Override
    public void onContinue(long step, List<EpochMetrics> before) {
        partial = true;
        out.printf(
                Locale.ROOT,
                "continuing after step %d, %d of %d epochs are done%n",
                step,
                before.size(),
                epochs);
        out.flush();
    }

    @Override
    public void onStep(StepProgress progress) {
        pace.step(progress);
        if (!terminal) {
            return;
        }
        if (bar == null) {
            // Goes on where the last epoch's ended: it shows how much of the whole run is done.
            bar =
                    builder("epoch " + progress.epoch() + "/" + epochs, progress.totalSteps())
                            .hideEta()
                            .startsFrom(
                                    progress.step(), Duration.ofNanos(System.nanoTime() - start))
                            .build();
        }
        bar.stepTo(progress.step());
        bar.setExtraMessage(pace.text(progress));
    }

    /** A bar on the standard error stream, so that output stays clean. */
    public static ProgressBar bar(String task, long steps) {
        return bar(task, steps, " images");
    }

    /** Likewise, of things that are no images. */
    public static ProgressBar bar(String task, long steps, String unit) {
        return builder(task, steps).setUnit(unit, 1).showSpeed().build();
    }

    private static ProgressBarBuilder builder(String task, long steps) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .setMaxRenderedLength(WIDTH)
                .setConsumer(new ConsoleProgressBarConsumer(System.err));
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        close();
        String validation =
                metrics.validation().areKnown()
                        ? "   validation " + metrics.validation().text("%5.1f")
                        : "";
        out.printf(
                Locale.ROOT,
                "epoch %3d/%d   train %s%s   lr %.1e   %.1f s%s%n",
                metrics.epoch(),
                epochs,
                metrics.train().text("%5.1f"),
                validation,
                metrics.learningRate(),
                metrics.seconds(),
                partial
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "   %.0f images/s",
                                pace.images() / metrics.seconds()));
        partial = false;
        out.flush();
        pace.endEpoch();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
