package io.github.rlrr.examples.recipe;

import io.github.rlrr.examples.recipe.TrialResult.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The results of one experiment beside the published ones: tasks, group means, and two means over
 * all, which differ because the groups differ in size.
 *
 * <p>A mean is there only when every task it is over has a result. Its spread is that of the means
 * of single seeds, where every task has the same seeds.
 *
 * @param title what was trained
 * @param columns the figures there are, in order
 * @param backbones whose published results stand beside them
 * @param rows tasks and means, in order
 */
record ResultTable(String title, List<Column> columns, List<String> backbones, List<Row> rows) {

    private static final int SHOWN_BACKBONES = 2;

    /**
     * A figure of a variant.
     *
     * @param of whose figure it is, where a table has several methods; empty where it has one
     * @param variant protocol and search
     * @param figure what was measured
     */
    record Column(String of, Variant variant, Figure figure) {
        String title() {
            String own =
                    variant.search().isEmpty()
                            ? figure.title()
                            : figure.title() + " (" + variant.search() + ")";
            return of.isEmpty() ? own : of + ": " + own;
        }

        Column of(String label) {
            return new Column(label, variant, figure);
        }
    }

    /** What a row is of. */
    enum Kind {
        TASK,
        GROUP_MEAN,
        MEAN
    }

    /**
     * A row.
     *
     * @param kind what it is of
     * @param name the task, or which mean
     * @param figures by column; null where there is none
     * @param failures seeds that failed, by column
     * @param published percent by backbone
     * @param seconds all runs of the task together; 0 of a mean
     * @param peakMemoryKib the largest of its runs; 0 of a mean
     */
    record Row(
            Kind kind,
            String name,
            Map<Column, @Nullable Sample> figures,
            Map<Column, Integer> failures,
            Map<String, Double> published,
            double seconds,
            long peakMemoryKib) {}

    /**
     * Tables of one recipe as one, without the cost of each.
     *
     * @param byLabel what heads the columns of each table
     */
    static ResultTable sideBySide(String title, Map<String, ResultTable> byLabel) {
        ResultTable any = byLabel.values().iterator().next();
        List<Column> columns = new ArrayList<>();
        byLabel.forEach(
                (label, table) -> table.columns.forEach(column -> columns.add(column.of(label))));
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < any.rows.size(); i++) {
            Map<Column, @Nullable Sample> figures = new LinkedHashMap<>();
            Map<Column, Integer> failures = new LinkedHashMap<>();
            for (Map.Entry<String, ResultTable> entry : byLabel.entrySet()) {
                Row row = entry.getValue().rows.get(i);
                row.figures.forEach((column, s) -> figures.put(column.of(entry.getKey()), s));
                row.failures.forEach((column, n) -> failures.put(column.of(entry.getKey()), n));
            }
            Row row = any.rows.get(i);
            rows.add(new Row(row.kind, row.name, figures, failures, row.published, 0, 0));
        }
        return new ResultTable(title, columns, any.backbones, rows);
    }

    static ResultTable of(String title, Recipe recipe, List<TrialResult> results) {
        return new Builder(recipe, results).table(title);
    }

    /** Gathers the rows. */
    private static final class Builder {

        private final Recipe recipe;
        private final List<TrialResult> results;
        private final List<Column> columns = new ArrayList<>();

        /** By column and task the percent of each seed. */
        private final Map<Column, Map<String, Map<Long, Double>>> values = new LinkedHashMap<>();

        Builder(Recipe recipe, List<TrialResult> results) {
            this.recipe = recipe;
            this.results = results;
            Map<String, Variant> variants = new TreeMap<>();
            results.forEach(r -> variants.put(r.protocol() + r.search(), r.variant()));
            for (Variant variant : variants.values()) {
                variant.figures().forEach(figure -> columns.add(new Column("", variant, figure)));
            }
            for (Column column : columns) {
                Map<String, Map<Long, Double>> byTask = new LinkedHashMap<>();
                for (TrialResult result : of(column)) {
                    Double value = result.accuracy().get(column.figure());
                    if (result.failure() == null && value != null) {
                        byTask.computeIfAbsent(result.task(), task -> new TreeMap<>())
                                .put(result.seed(), 100 * value);
                    }
                }
                values.put(column, byTask);
            }
        }

        private List<TrialResult> of(Column column) {
            return results.stream().filter(r -> r.variant().equals(column.variant())).toList();
        }

        ResultTable table(String title) {
            List<Row> rows = new ArrayList<>();
            List<Row> groupMeans = new ArrayList<>();
            recipe.groups()
                    .forEach(
                            (group, tasks) -> {
                                tasks.forEach(task -> rows.add(task(task)));
                                if (!group.isEmpty()) {
                                    Row mean =
                                            mean(
                                                    Kind.GROUP_MEAN,
                                                    "mean of " + group,
                                                    List.of(tasks));
                                    rows.add(mean);
                                    groupMeans.add(mean);
                                }
                            });
            String all = "mean of " + recipe.tasks().size() + " tasks";
            rows.add(mean(Kind.MEAN, all, List.of(recipe.tasks())));
            if (!groupMeans.isEmpty()) {
                String name = "mean of " + groupMeans.size() + " groups";
                rows.add(mean(Kind.MEAN, name, List.copyOf(recipe.groups().values())));
            }
            List<String> shown = recipe.backbones().stream().limit(SHOWN_BACKBONES).toList();
            return new ResultTable(title, List.copyOf(columns), shown, List.copyOf(rows));
        }

        private Row task(BenchmarkTask task) {
            Map<Column, @Nullable Sample> figures = new LinkedHashMap<>();
            Map<Column, Integer> failures = new LinkedHashMap<>();
            for (Column column : columns) {
                figures.put(column, Sample.of(List.copyOf(seeds(column, task).values())));
                long failed =
                        of(column).stream()
                                .filter(r -> r.task().equals(task.name()) && r.failure() != null)
                                .count();
                if (failed > 0) {
                    failures.put(column, (int) failed);
                }
            }
            List<TrialResult> own =
                    results.stream()
                            .filter(r -> r.task().equals(task.name()) && r.failure() == null)
                            .toList();
            return new Row(
                    Kind.TASK,
                    task.name(),
                    figures,
                    failures,
                    task.published(),
                    own.stream().mapToDouble(r -> r.cost().seconds()).sum(),
                    own.stream().mapToLong(r -> r.cost().peakMemoryKib()).max().orElse(0));
        }

        private Map<Long, Double> seeds(Column column, BenchmarkTask task) {
            return Objects.requireNonNull(values.get(column)).getOrDefault(task.name(), Map.of());
        }

        /** The mean over parts of the means over their tasks. */
        private Row mean(Kind kind, String name, List<List<BenchmarkTask>> parts) {
            Map<Column, @Nullable Sample> figures = new LinkedHashMap<>();
            columns.forEach(column -> figures.put(column, mean(column, parts)));
            Map<String, Double> published = new LinkedHashMap<>();
            for (String backbone : recipe.backbones()) {
                published.put(
                        backbone,
                        meanOfMeans(
                                parts,
                                task -> Objects.requireNonNull(task.published().get(backbone))));
            }
            return new Row(kind, name, figures, Map.of(), published, 0, 0);
        }

        private @Nullable Sample mean(Column column, List<List<BenchmarkTask>> parts) {
            TreeSet<Long> all = new TreeSet<>();
            boolean same = true;
            for (BenchmarkTask task : parts.stream().flatMap(List::stream).toList()) {
                Map<Long, Double> seeds = seeds(column, task);
                if (seeds.isEmpty()) {
                    return null;
                }
                same &= all.isEmpty() || all.equals(seeds.keySet());
                all.addAll(seeds.keySet());
            }
            if (same) {
                List<Double> bySeed = new ArrayList<>();
                for (long seed : all) {
                    bySeed.add(
                            meanOfMeans(
                                    parts,
                                    task -> Objects.requireNonNull(seeds(column, task).get(seed))));
                }
                return Sample.of(bySeed);
            }
            double mean =
                    meanOfMeans(
                            parts,
                            task ->
                                    Objects.requireNonNull(
                                                    Sample.of(
                                                            List.copyOf(
                                                                    seeds(column, task).values())))
                                            .mean());
            return new Sample(mean, null, 0);
        }

        private static double meanOfMeans(
                List<List<BenchmarkTask>> parts, ToDoubleFunction<BenchmarkTask> value) {
            return parts.stream()
                    .mapToDouble(
                            part -> part.stream().mapToDouble(value).average().orElse(Double.NaN))
                    .average()
                    .orElse(Double.NaN);
        }
    }
}
