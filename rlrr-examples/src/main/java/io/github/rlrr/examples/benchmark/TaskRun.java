package io.github.rlrr.examples.benchmark;

import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.examples.recipe.HyperParameters;
import io.github.rlrr.examples.recipe.SearchSpace;
import io.github.rlrr.examples.recipe.TrialLog;
import io.github.rlrr.examples.recipe.TrialResult.Figure;
import io.github.rlrr.io.ProcessLock;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.training.EpochMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One task with one seed, by either protocol. */
final class TaskRun {

    /**
     * What it gave.
     *
     * @param accuracy the figures of the protocol, 0 to 1
     * @param bestEpoch the epoch, from 1, with the best test accuracy; 0 where it was tested once
     * @param settings what it was trained with
     * @param trainable the numbers that were trained
     */
    record Result(
            Map<Figure, Double> accuracy,
            int bestEpoch,
            HyperParameters settings,
            long trainable) {}

    /**
     * Where and how hyper-parameters are chosen: once for a task, whatever the seed.
     *
     * @param space what is tried
     * @param trials makes a trial of hyper-parameters, all with one seed
     * @param folder where the trials go
     */
    record Search(SearchSpace space, Function<HyperParameters, Trial> trials, Path folder) {}

    private final BenchmarkImages images;
    private final Function<HyperParameters, Trial> trials;
    private final AdapterMetadata metadata;
    private final Path folder;
    private final String name;
    private final PrintWriter out;

    /**
     * Prepares a run.
     *
     * @param trials makes a trial of hyper-parameters
     * @param metadata goes into the adapter that is saved
     * @param folder where everything goes
     * @param name the run's, for progress
     */
    TaskRun(
            BenchmarkImages images,
            Function<HyperParameters, Trial> trials,
            AdapterMetadata metadata,
            Path folder,
            String name,
            PrintWriter out) {
        this.images = images;
        this.trials = trials;
        this.metadata = metadata;
        this.folder = folder;
        this.name = name;
        this.out = out;
    }

    /**
     * Trains on all 1,000 images and tests after every epoch. The best figure is chosen on the test
     * images: it says how the published one came about, not how well the model will do.
     *
     * @return null when it was asked to stop
     */
    @Nullable Result published(HyperParameters settings) throws IOException {
        Trial.Images data = new Trial.Images(images.trainAndValidation(), images.test(), null);
        Trial.Outcome outcome = train(trials.apply(settings), data, folder, metadata, name, "test");
        if (outcome == null) {
            return null;
        }
        List<EpochMetrics> epochs = outcome.epochs();
        EpochMetrics last = epochs.get(epochs.size() - 1);
        EpochMetrics best =
                epochs.stream()
                        .min(Comparator.comparingDouble(e -> -e.validation().value("accuracy")))
                        .orElseThrow();
        Map<Figure, Double> accuracy =
                Map.of(
                        Figure.LAST_EPOCH,
                        last.validation().value("accuracy"),
                        Figure.BEST_ON_TEST,
                        best.validation().value("accuracy"));
        return new Result(accuracy, best.epoch(), settings, outcome.trainable());
    }

    /**
     * Chooses on the validation images where there is something to choose and nobody has, trains on
     * all images and tests once.
     *
     * @return null when it was asked to stop, or another process is choosing
     */
    @Nullable Result validated(HyperParameters settings, Search search) throws IOException {
        TrialLog.Entry chosen = null;
        if (!search.space().isEmpty()) {
            try (ProcessLock lock = ProcessLock.tryTake(search.folder().resolve("lock"))) {
                if (lock == null) {
                    out.println(name + "   another process is searching");
                    out.flush();
                    return null;
                }
                chosen = search(settings, search);
            }
            if (chosen == null) {
                return null;
            }
        }
        HyperParameters used = chosen == null ? settings : chosen.settings();
        Trial.Images data = new Trial.Images(images.trainAndValidation(), null, images.test());
        Trial.Outcome outcome = train(trials.apply(used), data, folder, metadata, name, "");
        if (outcome == null) {
            return null;
        }
        double tested = Objects.requireNonNull(outcome.judged()).value("accuracy");
        Double validation = chosen == null ? null : chosen.accuracy();
        Map<Figure, Double> accuracy =
                validation == null
                        ? Map.of(Figure.VALIDATED, tested)
                        : Map.of(Figure.VALIDATED, tested, Figure.VALIDATION, validation);
        return new Result(accuracy, 0, used, outcome.trainable());
    }

    /** The best combination; null when it was asked to stop. */
    private TrialLog.@Nullable Entry search(HyperParameters settings, Search search)
            throws IOException {
        TrialLog log = TrialLog.open(search.folder().resolve("trials.jsonl"));
        List<HyperParameters> combinations = search.space().combinations(settings);
        Trial.Images data = null;
        for (int i = 0; i < combinations.size(); i++) {
            HyperParameters one = combinations.get(i);
            if (log.entry(one).isPresent()) {
                continue;
            }
            if (data == null) {
                data = new Trial.Images(images.train(), null, images.validation());
            }
            String label = name + " trial " + (i + 1) + "/" + combinations.size();
            Path where = search.folder().resolve(one.toString().replace(' ', '_'));
            TrialLog.Entry entry = tried(one, search.trials(), data, where, label);
            if (entry == null) {
                return null;
            }
            log.add(entry);
            Trial.forget(where);
            out.printf("%s   %s   %s%n", label, one, said(entry));
            out.flush();
        }
        return log.best()
                .orElseThrow(
                        () ->
                                new IOException(
                                        "every trial of the search failed; see "
                                                + search.folder().resolve("trials.jsonl")));
    }

    /** A trial; a rate at which training diverges is an answer, not a fault of the task. */
    private TrialLog.@Nullable Entry tried(
            HyperParameters one,
            Function<HyperParameters, Trial> searchTrials,
            Trial.Images data,
            Path where,
            String label)
            throws IOException {
        long start = System.nanoTime();
        Evaluation judged = null;
        String failure = null;
        try {
            Trial.Outcome outcome = train(searchTrials.apply(one), data, where, null, label, "");
            if (outcome == null) {
                return null;
            }
            judged = Objects.requireNonNull(outcome.judged());
        } catch (ArithmeticException e) {
            failure = String.valueOf(e.getMessage());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return judged == null
                ? new TrialLog.Entry(one, null, null, seconds, failure)
                : new TrialLog.Entry(one, judged.value("accuracy"), judged.loss(), seconds, null);
    }

    private static String said(TrialLog.Entry entry) {
        return entry.accuracy() == null
                ? "failed: " + entry.failure()
                : String.format(Locale.ROOT, "validation accuracy %.1f %%", 100 * entry.accuracy());
    }

    private Trial.@Nullable Outcome train(
            Trial trial,
            Trial.Images data,
            Path where,
            @Nullable AdapterMetadata saved,
            String label,
            String watched)
            throws IOException {
        int epochs = trial.settings().epochs();
        try (TrialProgress progress = new TrialProgress(out, label, epochs, watched)) {
            return trial.run(data, where, saved, progress);
        }
    }
}
