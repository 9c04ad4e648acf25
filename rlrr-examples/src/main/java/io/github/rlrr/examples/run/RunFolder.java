package io.github.rlrr.examples.run;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.examples.option.ConfigFile;
import io.github.rlrr.examples.output.Folders;
import io.github.rlrr.examples.output.OutFolder;
import io.github.rlrr.task.Figure;
import io.github.rlrr.task.Task;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.Selection;
import io.github.rlrr.training.TrainingSettings;
import io.github.rlrr.vit.data.OutputMark;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The files of one run. What an earlier run has left goes before the first step, but for its
 * adapter, which stays until there is a new one; the page is written last, and the state goes after
 * it. So a run that was killed is one without a page, and one that can go on.
 */
public final class RunFolder implements FineTuneListener {

    private static final long PAGES = 8 << 20;

    private final OutFolder out;
    private final Task task;
    private final List<EpochMetrics> epochs = new ArrayList<>();
    private long steps;

    public RunFolder(OutFolder out, Task task) {
        this.out = out;
        this.task = task;
    }

    /** What the model is asked. */
    public Task task() {
        return task;
    }

    public Path state() {
        return state(out);
    }

    /** Where a run keeps its state. */
    public static Path state(OutFolder out) {
        return out.path().resolve("state");
    }

    public Path config() {
        return out.path().resolve("config.yaml");
    }

    public Path adapter() {
        return out.path().resolve("adapter");
    }

    public Path metrics() {
        return out.path().resolve("metrics.jsonl");
    }

    public Path curves() {
        return out.path().resolve("curves.png");
    }

    /** The figures of a search. */
    public Path search() {
        return out.path().resolve("search.json");
    }

    /** A search as far as it has come. */
    public Path searching() {
        return out.path().resolve("search");
    }

    public Path report() {
        return out.path().resolve("report.html");
    }

    /** The finished epochs, those of before a run went on among them. */
    public List<EpochMetrics> epochs() {
        return epochs;
    }

    /** The steps done. */
    public long steps() {
        return steps;
    }

    @Override
    public void onStep(StepProgress progress) {
        steps = progress.step();
    }

    @Override
    public void onContinue(long step, List<EpochMetrics> before) {
        steps = step;
        epochs.addAll(before);
    }

    @Override
    public void onEpoch(EpochMetrics epoch) {
        epochs.add(epoch);
    }

    /** Refuses a disk on which the adapter, the states and the pages have no room. */
    public void requireSpace(AdaptedBlock adapted, FineTuneOptions options) throws IOException {
        // The values, AdamW's two moments, the average, the best; two states and one being written.
        int sets =
                3
                        + (options.get(TrainingSettings.EMA_DECAY) > 0 ? 1 : 0)
                        + (options.get(TrainingSettings.SELECTION) == Selection.BEST ? 1 : 0);
        long values = adapted.parameterReport().trainable();
        out.requireSpace(
                PAGES + Float.BYTES * values * (1 + 3L * sets), "the adapter and the run's state");
    }

    /** Marks the folder, and makes room for a run that does not go on from a state. */
    public void begin(Map<String, Object> effective, PrintWriter print) throws IOException {
        OutputMark.write(out.path());
        if (Files.isDirectory(state())) {
            return;
        }
        Files.deleteIfExists(report());
        Files.deleteIfExists(curves());
        Files.deleteIfExists(metrics());
        Files.deleteIfExists(search());
        if (Files.exists(adapter())) {
            print.println(
                    adapter() + " is an earlier run's; it is replaced when this one has ended");
        }
        ConfigFile.write(config(), effective);
    }

    /** Refuses to go on where the folder was taken away. */
    public void requireThere() throws IOException {
        out.requireThere();
    }

    /** Deletes the state, once all else is on disk. */
    public void end() throws IOException {
        out.requireThere();
        forget();
    }

    /** Deletes what it takes to go on, with the run or the search before it. */
    public void forget() throws IOException {
        FineTuner.forget(state());
        Folders.delete(searching());
    }

    /** Says how a run ended and what it has left. */
    public void say(FineTuneResult result, PrintWriter print) {
        if (result.stopped()) {
            print.printf(
                    "stopped after %s steps; the same command goes on from there%n",
                    result.steps());
        }
        if (result.keptEpoch() != result.epochs().size() && result.keptEpoch() > 0) {
            print.printf("kept the adapter of epoch %s%n", result.keptEpoch());
        }
        print.println("adapter   " + adapter());
        print.println("options   " + config());
        print.println("metrics   " + metrics());
        if (!result.epochs().isEmpty()) {
            print.println("curves    " + curves());
        }
        print.println("report    " + report());
        print.flush();
    }

    /** What is said of a run whose figures are no longer finite. */
    public String diverged(ArithmeticException fault) {
        StringBuilder text = new StringBuilder(String.valueOf(fault.getMessage()));
        text.append("; no adapter was written");
        if (Files.exists(adapter())) {
            text.append(", and ").append(adapter()).append(" is from before, not of this run");
        }
        EpochMetrics best = null;
        for (EpochMetrics epoch : epochs) {
            if (best == null
                    || epoch.validation().areBetterThan(best.validation(), task.deciding())) {
                best = epoch;
            }
        }
        if (best != null) {
            Figure figure = best.validation().get(task.deciding().get(0));
            text.append("; the best epoch before was ")
                    .append(best.epoch())
                    .append(", with a validation ")
                    .append(figure.words())
                    .append(" of ")
                    .append(figure.text("%.2f"));
        }
        if (Files.isDirectory(state())) {
            text.append("; --restart begins anew with other settings");
        }
        return text.toString();
    }
}
