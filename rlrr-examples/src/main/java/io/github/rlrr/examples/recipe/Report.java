package io.github.rlrr.examples.recipe;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.WholeFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The tables of every experiment in an output folder. */
public final class Report {

    private final Path out;
    private final List<Experiment> experiments = new ArrayList<>();
    private final List<ResultTable> tables = new ArrayList<>();
    private final List<List<TrialResult>> results = new ArrayList<>();

    private Report(Path out) {
        this.out = out;
    }

    /**
     * Reads the results that are there.
     *
     * @param out the output folder
     * @return the report; without tables where there are no results
     * @throws IOException when a result is damaged, naming its file, or of a recipe that this
     *     version does not know
     */
    public static Report of(Path out) throws IOException {
        Report report = new Report(out);
        ResultStore store = new ResultStore(out);
        for (Experiment experiment : store.experiments().values()) {
            List<TrialResult> found = store.results(experiment);
            Path own = out.resolve(experiment.key()).resolve(Recipe.TABLE_FILE);
            Recipe recipe =
                    experiment.recipe().startsWith(Recipe.OWN)
                            ? Recipe.vtab(own)
                            : recipe(experiment.recipe());
            report.experiments.add(experiment);
            report.tables.add(ResultTable.of(experiment.title(), recipe, found));
            report.results.add(found);
        }
        return report;
    }

    private static Recipe recipe(String name) throws IOException {
        return switch (name) {
            case "vtab" -> Recipe.vtab();
            case "fgvc" -> Recipe.fgvc(false);
            case "fgvc augmented" -> Recipe.fgvc(true);
            default ->
                    throw new IOException("a result of the recipe \"" + name + "\", unknown here");
        };
    }

    /**
     * The tables as text.
     *
     * @return all of them, each followed by its failures; in the end the methods side by side
     */
    public String text() {
        return text(experiments);
    }

    /**
     * One experiment's table as text.
     *
     * @param experiment the experiment
     * @return its table, followed by its failures, and the methods side by side; empty where it has
     *     no results
     */
    public String text(Experiment experiment) {
        return text(List.of(experiment));
    }

    private String text(List<Experiment> wanted) {
        List<String> keys = wanted.stream().map(Experiment::key).toList();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < experiments.size(); i++) {
            if (keys.contains(experiments.get(i).key())) {
                text.append(text.isEmpty() ? "" : "\n").append(TableText.plain(tables.get(i)));
                failures(i).forEach(line -> text.append(line).append('\n'));
            }
        }
        if (!text.isEmpty()) {
            sideBySide().forEach(table -> text.append('\n').append(TableText.plain(table)));
        }
        return text.toString();
    }

    private List<ResultTable> sideBySide() {
        return MethodsTable.of(experiments, tables, results);
    }

    private List<String> failures(int i) {
        return results.get(i).stream()
                .filter(result -> result.failure() != null)
                .map(
                        result ->
                                "failed: "
                                        + result.task()
                                        + " seed "
                                        + result.seed()
                                        + " "
                                        + result.protocol()
                                        + ": "
                                        + result.failure())
                .toList();
    }

    /**
     * Writes {@code results.md}, {@code results.json} and {@code results.tex} into the folder, all
     * of them or none, see {@link WholeFolder}.
     *
     * @throws IOException when they cannot be written
     */
    public void write() throws IOException {
        try (WholeFolder files = WholeFolder.replaceInTurn(out)) {
            write(files);
        }
    }

    /**
     * Reads the results that are there and writes their tables. Of several processes that do, the
     * last one has read what the others had found.
     *
     * @param out the output folder
     * @return the report
     * @throws IOException as for {@link #of} and {@link #write}
     */
    public static Report update(Path out) throws IOException {
        try (WholeFolder files = WholeFolder.replaceInTurn(out)) {
            Report report = of(out);
            report.write(files);
            return report;
        }
    }

    private void write(WholeFolder files) throws IOException {
        StringBuilder markdown = new StringBuilder("# Results\n");
        StringBuilder latex = new StringBuilder();
        JsonArray list = new JsonArray();
        for (int i = 0; i < tables.size(); i++) {
            markdown.append('\n').append(TableText.markdown(tables.get(i)));
            List<String> failures = failures(i);
            markdown.append(failures.isEmpty() ? "" : "\n");
            failures.forEach(line -> markdown.append("- ").append(line).append('\n'));
            latex.append(i == 0 ? "" : "\n").append(TableText.latex(tables.get(i)));
            JsonObject json = TableJson.of(tables.get(i), results.get(i));
            json.addProperty("experiment", experiments.get(i).key());
            list.add(json);
        }
        for (ResultTable table : sideBySide()) {
            markdown.append('\n').append(TableText.markdown(table));
            latex.append('\n').append(TableText.latex(table));
        }
        JsonObject all = new JsonObject();
        all.add("experiments", list);
        files.add("results.md", AtomicFile.text(markdown.toString()));
        files.add("results.tex", AtomicFile.text(latex.toString()));
        files.add("results.json", AtomicFile.text(ResultStore.text(all)));
        files.finish();
    }
}
