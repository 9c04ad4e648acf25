package io.github.rlrr.examples.command;

import io.github.rlrr.examples.run.Forecast;
import io.github.rlrr.examples.run.RunFolder;
import io.github.rlrr.examples.run.StepTime;
import io.github.rlrr.examples.search.Arm;
import io.github.rlrr.examples.search.Budget;
import io.github.rlrr.examples.search.HalvingPlan;
import io.github.rlrr.examples.search.HalvingSearch;
import io.github.rlrr.examples.search.Planned;
import io.github.rlrr.examples.search.SearchResult;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.Figures;
import io.github.rlrr.task.Task;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The search of {@code rlrr finetune}. A trial is the run with its settings, stopped at a step:
 * what goes on to the next rung goes on from its state, under the schedule of the whole run, and
 * the best arm's last state is that of the run.
 */
final class FinetuneSearch implements HalvingSearch.Trials {

    private final FinetuneSetup setup;
    private final List<Arm> arms;
    private final RunFolder files;
    private final BooleanSupplier stop;
    private final PrintWriter print;

    FinetuneSearch(FinetuneSetup setup, List<Arm> arms, RunFolder files, BooleanSupplier stop) {
        this.setup = setup;
        this.arms = arms;
        this.files = files;
        this.stop = stop;
        print = setup.common().print();
    }

    /**
     * Searches, or goes on with a search.
     *
     * @param facts what else tells the search apart
     * @return what it gave, its run ready to go on; null when it was asked to stop
     */
    @Nullable SearchResult search(Map<String, String> facts, Budget budget) throws IOException {
        Path folder = Files.createDirectories(files.searching());
        Planned planned = Planned.read(folder, facts);
        if (planned == null) {
            if (Files.isDirectory(files.state())) {
                throw new IllegalStateException(
                        files.state()
                                + " is of a run without a search; go on with it without --search,"
                                + " or begin anew with --restart");
            }
            HalvingPlan.Costs costs = measure();
            if (costs == null) {
                return null;
            }
            planned = Planned.of(facts, arms, setup.steps(), costs, setup.counted(), budget);
            planned.write(folder);
        }
        print.printf(
                Locale.ROOT,
                "search: of %d combinations %s, %d of the grid's %d steps, %s%n",
                planned.arms().size(),
                planned.plan(),
                planned.plan().steps(),
                planned.arms().size() * planned.steps(),
                Forecast.duration(planned.forecast()));
        print.flush();
        SearchResult result = HalvingSearch.open(folder, planned, files.task(), print).run(this);
        if (result != null) {
            print.println();
            print.print(result.text());
            print.println();
            Path best = state(result.chosen());
            if (Files.isDirectory(best) && !Files.isDirectory(files.state())) {
                Files.move(best, files.state(), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return result;
    }

    private Path state(int arm) {
        return files.searching().resolve("trial-" + (arm + 1));
    }

    @Override
    public void forget(int arm) throws IOException {
        FineTuner.forget(state(arm));
    }

    @Override
    public @Nullable Figures train(int arm, long step) throws IOException {
        StopAt reached = new StopAt(step);
        try (FinetuneSetup.Run run = setup.open(arms.get(arm), state(arm))) {
            FineTuneResult result = fit(run, reached);
            return result.stopped() && !reached.getAsBoolean() ? null : evaluate(run);
        }
    }

    private FineTuneResult fit(FinetuneSetup.Run run, StopAt reached) {
        return run.tuner()
                .listener(reached)
                .stopWhen(() -> stop.getAsBoolean() || reached.getAsBoolean())
                .build()
                .fit();
    }

    private Figures evaluate(FinetuneSetup.Run run) {
        Task task = Objects.requireNonNull(setup.common().options().task());
        return Evaluation.of(
                        task,
                        run.data().block(),
                        Objects.requireNonNull(run.data().validation()),
                        setup.common().options().get(TrainingSettings.BATCH_SIZE),
                        setup.common().device())
                .figures();
    }

    /** The first steps of the first arm, which goes on from there; null when asked to stop. */
    private HalvingPlan.@Nullable Costs measure() throws IOException {
        forget(0);
        StepTime time = new StepTime();
        StopAt reached = new StopAt(StepTime.STEPS);
        // Twice: the first one may compute what is kept for all.
        setup.open(arms.get(0), state(0)).close();
        long start = System.nanoTime();
        try (FinetuneSetup.Run run = setup.open(arms.get(0), state(0))) {
            double opening = (System.nanoTime() - start) / 1e9;
            run.tuner().listener(time);
            if (fit(run, reached).stopped() && !reached.getAsBoolean()) {
                return null;
            }
            start = System.nanoTime();
            evaluate(run);
            double evaluation = (System.nanoTime() - start) / 1e9;
            return new HalvingPlan.Costs(opening, time.seconds(), evaluation, setup.epochSteps());
        }
    }

    /** Says when a step is reached. */
    private static final class StopAt implements FineTuneListener, BooleanSupplier {

        private final long step;
        private boolean reached;

        StopAt(long step) {
            this.step = step;
        }

        @Override
        public void onContinue(long done, List<EpochMetrics> before) {
            reached = done >= step;
        }

        @Override
        public void onStep(StepProgress progress) {
            reached = progress.step() >= step;
        }

        @Override
        public boolean getAsBoolean() {
            return reached;
        }
    }
}
