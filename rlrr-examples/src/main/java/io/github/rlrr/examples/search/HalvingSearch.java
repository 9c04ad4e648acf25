package io.github.rlrr.examples.search;

import io.github.rlrr.examples.output.JsonLines;
import io.github.rlrr.task.Figure;
import io.github.rlrr.task.Figures;
import io.github.rlrr.task.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a plan. Every trial that has ended is a line of {@code trials.jsonl} and is not run again.
 */
public final class HalvingSearch {

    /** Trains arms, and knows how far each has come. */
    public interface Trials {

        /**
         * Trains an arm on to a step.
         *
         * @return the figures of the validation images; null when it was asked to stop
         * @throws ArithmeticException when the loss is no longer finite
         */
        @Nullable Figures train(int arm, long step) throws IOException;

        /** Drops what it takes to go on with an arm. */
        void forget(int arm) throws IOException;
    }

    /**
     * A trial that has ended: a line of the file.
     *
     * @param arm by its number, from 0
     * @param steps trained since its start
     * @param figures of the validation images; null when it failed
     * @param seconds of this trial, from the rung before
     * @param failure why there are no figures; null when there are some
     */
    public record Trial(
            int arm,
            long steps,
            @Nullable Map<String, Double> figures,
            double seconds,
            @Nullable String failure) {}

    private final Planned planned;
    private final Task task;
    private final JsonLines<Trial> log;
    private final PrintWriter out;

    private HalvingSearch(Planned planned, Task task, JsonLines<Trial> log, PrintWriter out) {
        this.planned = planned;
        this.task = task;
        this.log = log;
        this.out = out;
    }

    /**
     * Opens the search of a folder, as far as it has come.
     *
     * @param folder exists
     */
    public static HalvingSearch open(Path folder, Planned planned, Task task, PrintWriter out)
            throws IOException {
        return new HalvingSearch(planned, task, JsonLines.open(file(folder), Trial.class), out);
    }

    private static Path file(Path folder) {
        return folder.resolve("trials.jsonl");
    }

    /** Deletes what {@link #open} reads. */
    static void forget(Path folder) throws IOException {
        Files.deleteIfExists(file(folder));
    }

    /**
     * Runs what has not been run.
     *
     * @return what it gave; null when it was asked to stop
     * @throws IOException when every arm has failed
     */
    public @Nullable SearchResult run(Trials trials) throws IOException {
        List<HalvingPlan.Rung> rungs = planned.plan().rungs();
        List<Integer> left = new ArrayList<>();
        for (int arm = 0; arm < rungs.get(0).arms(); arm++) {
            left.add(arm);
        }
        for (HalvingPlan.Rung rung : rungs) {
            // A failed arm does not go on, and no other takes its place.
            int going = Math.min(rung.arms(), left.size());
            for (int arm : left.subList(going, left.size())) {
                trials.forget(arm);
            }
            left = left.subList(0, going);
            int done = 0;
            for (int arm : left) {
                done++;
                if (trial(arm, rung.steps()).isEmpty()) {
                    Trial trial = run(trials, arm, rung.steps());
                    if (trial == null) {
                        return null;
                    }
                    log.add(trial);
                    if (trial.failure() != null) {
                        trials.forget(arm);
                    }
                    say(trial, done, left.size());
                }
            }
            left = bestFirst(left, rung.steps());
        }
        return new SearchResult(planned, log.values(), left.get(0), task);
    }

    private @Nullable Trial run(Trials trials, int arm, long steps) throws IOException {
        long start = System.nanoTime();
        Figures figures = null;
        String failure = null;
        try {
            figures = trials.train(arm, steps);
            if (figures == null) {
                return null;
            }
        } catch (ArithmeticException e) {
            failure = String.valueOf(e.getMessage());
        }
        Map<String, Double> values = null;
        if (figures != null) {
            values = new LinkedHashMap<>();
            for (Figure figure : figures.all()) {
                values.put(figure.name(), figure.value());
            }
        }
        return new Trial(arm, steps, values, (System.nanoTime() - start) / 1e9, failure);
    }

    private Optional<Trial> trial(int arm, long steps) {
        return log.values().stream().filter(t -> t.arm() == arm && t.steps() == steps).findFirst();
    }

    /** Those with figures, the best first; of equal ones the one that was likelier. */
    private List<Integer> bestFirst(List<Integer> arms, long steps) throws IOException {
        List<Trial> good =
                arms.stream()
                        .flatMap(arm -> trial(arm, steps).stream())
                        .filter(trial -> trial.figures() != null)
                        .sorted(SearchResult.better(task))
                        .toList();
        if (good.isEmpty()) {
            List<String> failures =
                    log.values().stream().flatMap(t -> Stream.ofNullable(t.failure())).toList();
            throw new IOException(
                    "every trial of the search failed, the first with: "
                            + failures.get(0)
                            + "; try --search with lower rates and --restart");
        }
        return good.stream().map(Trial::arm).toList();
    }

    private void say(Trial trial, int done, int all) {
        out.printf(
                Locale.ROOT,
                "search, step %d, %d/%d   %s   %s   %.1f s%n",
                trial.steps(),
                done,
                all,
                planned.arms().get(trial.arm()),
                SearchResult.said(trial, task),
                trial.seconds());
        out.flush();
    }
}
