package io.github.rlrr.examples.recipe;

import com.google.gson.JsonObject;
import io.github.rlrr.examples.output.JsonLines;
import io.github.rlrr.examples.output.TextTable;
import io.github.rlrr.examples.recipe.TrialResult.Figure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Methods side by side: what each trained and how it did on each data set.
 *
 * @param tasks the data sets
 * @param rows the methods
 */
public record Comparison(List<String> tasks, List<Row> rows) {

    /**
     * A method.
     *
     * @param label what the user called it
     * @param adapter its whole configuration
     * @param trainable the mean number of trained parameters, the head among them; 0 without runs
     * @param seconds the median time of a run, training and test; 0 without runs
     * @param cells its figures by data set; those without a run have none
     */
    public record Row(
            String label, String adapter, long trainable, double seconds, Map<String, Cell> cells) {

        public Row {
            cells = Map.copyOf(cells);
        }
    }

    /**
     * A method on a data set.
     *
     * @param mean test accuracy in percent
     * @param deviation the standard deviation over seeds (n − 1), in points; null of one run
     * @param runs the number of seeds
     * @param learningRate the one chosen on the validation images
     * @param validation the accuracy it was chosen by, in percent; null where nothing was chosen
     * @param atEnd whether the chosen rate is the least or the greatest that was tried
     */
    public record Cell(
            double mean,
            @Nullable Double deviation,
            int runs,
            double learningRate,
            @Nullable Double validation,
            boolean atEnd) {

        private String accuracy() {
            return new Sample(mean, deviation, runs).text("±");
        }

        private String rate() {
            String rate = Setting.text(learningRate) + (atEnd ? "*" : "");
            return validation == null
                    ? rate
                    : String.format(Locale.ROOT, "%s (%.1f)", rate, validation);
        }
    }

    public Comparison {
        tasks = List.copyOf(tasks);
        rows = List.copyOf(rows);
    }

    /**
     * Collects the results there are.
     *
     * @param store where they are
     * @param methods the experiments by label, in the order of the rows
     * @param tasks the data sets, in the order of the columns
     * @param variant by which protocol; results of another do not count
     * @return the comparison
     * @throws IOException when a result is damaged
     */
    public static Comparison of(
            ResultStore store, Map<String, Experiment> methods, List<String> tasks, Variant variant)
            throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<String, Experiment> method : methods.entrySet()) {
            List<TrialResult> results =
                    store.results(method.getValue()).stream()
                            .filter(r -> r.failure() == null && r.variant().equals(variant))
                            .toList();
            Map<String, Cell> cells = new LinkedHashMap<>();
            for (String task : tasks) {
                List<TrialResult> own =
                        results.stream().filter(r -> r.task().equals(task)).toList();
                if (!own.isEmpty()) {
                    cells.put(task, cell(own, variant.search()));
                }
            }
            rows.add(
                    new Row(
                            method.getKey(),
                            method.getValue().adapter(),
                            Math.round(TrialResult.trainable(results).orElse(0)),
                            seconds(results),
                            cells));
        }
        return new Comparison(tasks, rows);
    }

    private static Cell cell(List<TrialResult> runs, SearchSpace search) {
        Sample sample = Sample.of(percent(runs, Figure.VALIDATED));
        double rate = runs.get(0).settings().learningRate();
        List<Double> tried = search.values().getOrDefault(Setting.LEARNING_RATE, List.of());
        List<Double> validation = percent(runs, Figure.VALIDATION);
        return new Cell(
                sample == null ? Double.NaN : sample.mean(),
                sample == null ? null : sample.deviation(),
                runs.size(),
                rate,
                validation.isEmpty() ? null : validation.get(0),
                tried.size() > 1 && isEnd(rate, tried));
    }

    private static boolean isEnd(double rate, List<Double> tried) {
        return tried.stream().noneMatch(r -> r < rate) || tried.stream().noneMatch(r -> r > rate);
    }

    private static List<Double> percent(List<TrialResult> runs, Figure figure) {
        List<Double> values = new ArrayList<>();
        for (TrialResult run : runs) {
            Double share = run.accuracy().get(figure);
            if (share != null) {
                values.add(100 * share);
            }
        }
        return values;
    }

    private static double seconds(List<TrialResult> results) {
        List<Double> sorted =
                results.stream()
                        .map(result -> result.cost().seconds())
                        .sorted(Comparator.naturalOrder())
                        .toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }

    /**
     * As Markdown that reads well as it is: accuracies, then the rates that were chosen.
     *
     * @return two tables
     */
    public String markdown() {
        List<List<String>> accuracies = new ArrayList<>();
        List<List<String>> rates = new ArrayList<>();
        accuracies.add(header("trained parameters", "s a run"));
        rates.add(header());
        for (Row row : rows) {
            List<String> accuracy = new ArrayList<>();
            accuracy.add(row.label());
            accuracy.add(String.format(Locale.ROOT, "%,d", row.trainable()));
            accuracy.add(String.format(Locale.ROOT, "%.0f", row.seconds()));
            List<String> rate = new ArrayList<>();
            rate.add(row.label());
            for (String task : tasks) {
                Cell cell = row.cells().get(task);
                accuracy.add(cell == null ? "-" : cell.accuracy());
                rate.add(cell == null ? "-" : cell.rate());
            }
            accuracies.add(accuracy);
            rates.add(rate);
        }
        return "Test accuracy in percent, mean ± standard deviation (n − 1) over seeds:\n\n"
                + grid(accuracies)
                + "\n"
                + "Learning rates, each with the validation accuracy in percent that it was chosen"
                + " by; * is the least or the greatest that was tried:\n\n"
                + grid(rates);
    }

    private List<String> header(String... columns) {
        List<String> header = new ArrayList<>();
        header.add("");
        header.addAll(List.of(columns));
        header.addAll(tasks);
        return header;
    }

    private static String grid(List<List<String>> rows) {
        List<List<String>> padded = TextTable.padded(rows);
        StringBuilder text = new StringBuilder();
        for (List<String> row : padded) {
            text.append("| ").append(String.join(" | ", row)).append(" |\n");
            if (row == padded.get(0)) {
                text.append('|').append("-".repeat(row.get(0).length() + 2));
                row.stream()
                        .skip(1)
                        .forEach(
                                c ->
                                        text.append('|')
                                                .append("-".repeat(c.length() + 1))
                                                .append(':'));
                text.append("|\n");
            }
        }
        return text.toString();
    }

    /**
     * As JSON, for other programs.
     *
     * @return an object of {@code data} and {@code methods}
     */
    public String json() {
        JsonObject all = new JsonObject();
        all.add("data", JsonLines.GSON.toJsonTree(tasks));
        all.add("methods", JsonLines.GSON.toJsonTree(rows));
        return ResultStore.text(all);
    }
}
