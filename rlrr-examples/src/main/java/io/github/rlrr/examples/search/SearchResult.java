package io.github.rlrr.examples.search;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.rlrr.examples.output.JsonLines;
import io.github.rlrr.examples.output.TextTable;
import io.github.rlrr.task.Figure;
import io.github.rlrr.task.Figures;
import io.github.rlrr.task.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a search has tried and chosen.
 *
 * @param planned what was planned
 * @param trials what has ended
 * @param chosen the number of the arm that was best on the last rung
 * @param task says what decides
 */
public record SearchResult(
        Planned planned, List<HalvingSearch.Trial> trials, int chosen, Task task) {

    public SearchResult {
        trials = List.copyOf(trials);
    }

    /** The settings that were chosen. */
    public Arm best() {
        return planned.arms().get(chosen);
    }

    static Optional<Figures> figures(HalvingSearch.Trial trial, Task task) {
        Map<String, Double> values = trial.figures();
        return values == null
                ? Optional.empty()
                : Optional.of(task.figures().with(f -> values.getOrDefault(f.name(), Double.NaN)));
    }

    private static Figure deciding(Figures figures, Task task) {
        return figures.get(task.deciding().get(0));
    }

    static String said(HalvingSearch.Trial trial, Task task) {
        return figures(trial, task)
                .map(f -> deciding(f, task))
                .map(f -> "validation " + f.words() + " " + f.text("%.1f"))
                .orElse("failed: " + trial.failure());
    }

    /** The steps of training that the search took. */
    public long steps() {
        long total = 0;
        for (int arm = 0; arm < planned.arms().size(); arm++) {
            total += of(arm).stream().mapToLong(HalvingSearch.Trial::steps).max().orElse(0);
        }
        return total;
    }

    /** The steps that every arm to the end would take. */
    public long gridSteps() {
        return planned.arms().size() * planned.steps();
    }

    public double seconds() {
        return trials.stream().mapToDouble(HalvingSearch.Trial::seconds).sum();
    }

    private List<HalvingSearch.Trial> of(int arm) {
        return trials.stream().filter(t -> t.arm() == arm).toList();
    }

    /** The better one first, of equal ones the likelier; what failed is last. */
    static Comparator<HalvingSearch.Trial> better(Task task) {
        Comparator<HalvingSearch.Trial> byFigures =
                (a, b) -> {
                    Figures first = figures(a, task).orElseGet(task::figures);
                    Figures second = figures(b, task).orElseGet(task::figures);
                    if (first.areBetterThan(second, task.deciding())) {
                        return -1;
                    }
                    return second.areBetterThan(first, task.deciding()) ? 1 : 0;
                };
        return Comparator.comparing((HalvingSearch.Trial trial) -> trial.figures() == null)
                .thenComparing(byFigures)
                .thenComparingInt(HalvingSearch.Trial::arm);
    }

    /** A row of titles, then an arm a row: who came furthest first, and there the better. */
    public List<List<String>> rows() {
        List<HalvingPlan.Rung> rungs = planned.plan().rungs();
        List<List<String>> rows = new ArrayList<>();
        List<String> title = new ArrayList<>(List.of("settings"));
        rungs.forEach(rung -> title.add("step " + rung.steps()));
        title.add("");
        rows.add(title);
        for (HalvingSearch.Trial last : lastOfEach()) {
            int arm = last.arm();
            List<String> row = new ArrayList<>(List.of(planned.arms().get(arm).toString()));
            List<HalvingSearch.Trial> tried = of(arm);
            for (int i = 0; i < rungs.size(); i++) {
                row.add(
                        i < tried.size()
                                ? figures(tried.get(i), task)
                                        .map(f -> deciding(f, task).text("%.1f"))
                                        .orElse("failed")
                                : "");
            }
            row.add(arm == chosen ? "chosen" : "");
            rows.add(row);
        }
        return rows;
    }

    private List<HalvingSearch.Trial> lastOfEach() {
        List<HalvingSearch.Trial> last = new ArrayList<>();
        for (int arm = 0; arm < planned.arms().size(); arm++) {
            of(arm).stream()
                    .max(Comparator.comparingLong(HalvingSearch.Trial::steps))
                    .ifPresent(last::add);
        }
        last.sort(
                Comparator.comparingLong((HalvingSearch.Trial trial) -> -trial.steps())
                        .thenComparing(better(task)));
        return last;
    }

    /** What deciding figure the columns of {@link #rows} hold. */
    public String deciding() {
        return "validation " + deciding(task.figures(), task).words();
    }

    /** A table for people. */
    public String text() {
        return TextTable.of(rows());
    }

    /** All figures, for programs. */
    public String json() {
        JsonObject all = new JsonObject();
        all.addProperty("deciding", task.deciding().get(0));
        all.addProperty("steps", steps());
        all.addProperty("grid_steps", gridSteps());
        all.addProperty("seconds", seconds());
        all.addProperty("forecast_seconds", planned.forecast());
        all.addProperty("grid_forecast_seconds", planned.gridForecast());
        all.add("rungs", JsonLines.GSON.toJsonTree(planned.plan().rungs()));
        all.add("chosen", JsonLines.GSON.toJsonTree(best().values()));
        JsonArray arms = new JsonArray();
        for (int arm = 0; arm < planned.arms().size(); arm++) {
            JsonObject one = new JsonObject();
            one.add("settings", JsonLines.GSON.toJsonTree(planned.arms().get(arm).values()));
            one.add("trials", JsonLines.GSON.toJsonTree(of(arm)));
            arms.add(one);
        }
        all.add("arms", arms);
        return new GsonBuilder().setPrettyPrinting().create().toJson(all) + "\n";
    }
}
