package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** How a trial goes: a bar where a person watches, and about ten lines a run elsewhere. */
final class TrialProgress implements FineTuneListener, AutoCloseable {

    private static final int LINES = 10;

    private final PrintWriter out;
    private final String name;
    private final int epochs;
    private final String watched;
    private final boolean terminal = Terminal.isInteractive();
    private @Nullable ProgressBar bar;

    /**
     * Prepares to tell.
     *
     * @param name the trial's
     * @param epochs of the run
     * @param watched what is measured after every epoch, where something is
     */
    TrialProgress(PrintWriter out, String name, int epochs, String watched) {
        this.out = out;
        this.name = name;
        this.epochs = epochs;
        this.watched = watched;
    }

    @Override
    public void onContinue(long step, List<EpochMetrics> before) {
        out.printf(
                "%s   goes on after step %s, %s of %s epochs are done%n",
                name, step, before.size(), epochs);
        out.flush();
    }

    @Override
    public void onStep(StepProgress progress) {
        if (!terminal) {
            return;
        }
        if (bar == null) {
            bar = Progress.bar(name, progress.totalSteps());
        }
        bar.stepTo(progress.step());
        bar.setExtraMessage(
                String.format(
                        Locale.ROOT,
                        "epoch %d/%d loss %.3f",
                        progress.epoch(),
                        epochs,
                        progress.loss()));
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        int every = Math.max(1, epochs / LINES);
        boolean told =
                metrics.epoch() == 1 || metrics.epoch() % every == 0 || metrics.epoch() == epochs;
        if (terminal || !told) {
            return;
        }
        String measured =
                metrics.validation().areKnown()
                        ? "   "
                                + watched
                                + " accuracy "
                                + metrics.validation().get("accuracy").text("%.1f")
                        : "";
        out.printf(
                Locale.ROOT,
                "%s   epoch %d/%d   train %s%s%n",
                name,
                metrics.epoch(),
                epochs,
                metrics.train().text("%.1f"),
                measured);
        out.flush();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
