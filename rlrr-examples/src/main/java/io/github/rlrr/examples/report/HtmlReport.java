package io.github.rlrr.examples.report;

import io.github.rlrr.adapter.ParameterReport;
import io.github.rlrr.examples.run.Examination;
import io.github.rlrr.examples.run.Forecast;
import io.github.rlrr.examples.run.Mistake;
import io.github.rlrr.examples.search.SearchResult;
import io.github.rlrr.task.ClassFigures;
import io.github.rlrr.task.ClassificationFigures;
import io.github.rlrr.task.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Writes a run's page. */
public final class HtmlReport {

    private final RunReport run;
    private final StringBuilder html = new StringBuilder();

    private HtmlReport(RunReport run) {
        this.run = run;
    }

    public static void write(RunReport run, Path file) throws IOException {
        HtmlPage.write(file, run.data() + ", " + run.method(), new HtmlReport(run).body());
    }

    private void add(String format, Object... values) {
        html.append(Html.fill(format + "%n", values));
    }

    private String body() throws IOException {
        headline();
        html.append(RunCurves.html(run));
        Examination examination = run.examination();
        if (examination != null) {
            figures(examination);
        }
        SearchResult searched = run.searched();
        if (searched != null) {
            search(searched);
        }
        add("<section><h2>Parameters</h2>%n<pre>%s</pre></section>", run.parameters().toString());
        pairs("Configuration", run.configuration());
        pairs("Versions", run.versions());
        return html.toString();
    }

    private void headline() {
        ParameterReport parameters = run.parameters();
        add("<header><h1>%s</h1>", run.data());
        add("<dl class=\"tiles\">");
        Examination examination = run.examination();
        if (examination != null) {
            ClassificationFigures figures = examination.figures();
            if (figures == null) {
                tiles(examination);
            } else {
                tiles(examination.set(), figures);
            }
        }
        tile("method", run.method(), "");
        tile(
                "trainable",
                Html.fill("%,d", parameters.trainable()),
                Html.fill(
                        "%.4f %% of %,d",
                        100.0 * parameters.trainable() / parameters.all(), parameters.all()));
        tile(
                "training",
                Forecast.duration(run.seconds()).replace("about ", ""),
                Html.fill("%d epochs, %,d steps", run.epochs().size(), run.result().steps()));
        add("</dl>");
        notes(examination == null ? "" : examination.set());
        add("</header>");
    }

    private void tiles(String set, ClassificationFigures figures) {
        tile(
                set + " accuracy",
                Html.fill("%.2f %%", 100 * figures.accuracy()),
                Html.fill("%,d images", figures.examples()));
        figures.topFive().ifPresent(top -> tile("top-5", Html.fill("%.2f %%", 100 * top), ""));
        tile("macro-F1", Html.fill("%.4f", figures.macroF1()), "");
        tile(
                "calibration error",
                Html.fill("%.4f", figures.calibrationError()),
                Html.fill("loss %.4f", figures.loss()));
    }

    /** A tile for each figure; the first says what of. */
    private void tiles(Examination examination) {
        String more =
                Html.fill("%s, %,d images", examination.set(), examination.evaluation().examples());
        for (Figure figure : examination.evaluation().figures().all()) {
            tile(figure.words(), EachText.text(figure), more);
            more = "";
        }
    }

    private void tile(String name, String value, String more) {
        add("<div><dt>%s</dt><dd>%s<small>%s</small></dd></div>", name, value, more);
    }

    private void notes(String set) {
        int kept = run.result().keptEpoch();
        if (!run.failure().isEmpty()) {
            add("<p class=\"note\">The run failed: %s.</p>", run.failure());
        } else if (run.result().stopped()) {
            add(
                    "<p class=\"note\">The run was stopped after %d steps: the adapter was not"
                            + " tested.</p>",
                    run.result().steps());
        }
        if (kept > 0 && kept != run.epochs().size()) {
            add("<p class=\"note\">The adapter is that of epoch %d.</p>", kept);
        }
        if (set.equals("validation")) {
            add(
                    "<p class=\"note\">There is no test set: these are the figures of the"
                            + " validation images. Whatever was chosen by them makes them look"
                            + " better than new images will.</p>");
        }
    }

    private void figures(Examination examination) throws IOException {
        ClassificationFigures figures = examination.figures();
        if (figures == null) {
            each(examination);
            return;
        }
        add("<section><h2>Confusion on the %s images</h2>", examination.set());
        add("<p class=\"small\">A row is a true class, a column a predicted one.</p>");
        html.append("<div class=\"beside\">").append(new ConfusionTable(figures).html());
        html.append("</div></section>\n");
        add("<section><h2>Classes, the least accurate first</h2>");
        add(
                "<table class=\"classes\"><thead><tr><th>class</th><th>accuracy</th><th></th>"
                        + "<th class=\"more\">precision</th><th class=\"more\">F1</th>"
                        + "<th>images</th></tr></thead><tbody>");
        figures.classes().stream()
                .filter(c -> c.support() > 0)
                .sorted(Comparator.comparingDouble(ClassFigures::recall))
                .forEach(this::bar);
        add("</tbody></table></section>");
        if (!examination.worst().isEmpty()) {
            add(
                    "<section><h2>Most wrong</h2>%n<p class=\"small\">The images of the highest loss"
                            + " among those that were given a wrong class, with the probability of"
                            + " each class.</p>%n<div class=\"pictures\">");
            for (Mistake mistake : examination.worst()) {
                picture(mistake);
            }
            add("</div></section>");
        }
    }

    /** A table of all labels or quantities; charts of numbers. */
    private void each(Examination examination) {
        html.append(NumberCharts.html(examination));
        add("<section><h2>Each by itself, on the %s images</h2>", examination.set());
        html.append("<div class=\"scroll\"><table class=\"each\">\n");
        String cell = "th";
        for (List<String> row : EachText.rows(examination.each())) {
            html.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                String tag = i == 0 ? "th" : cell;
                html.append("<" + tag + ">")
                        .append(Html.escape(row.get(i)))
                        .append("</" + tag + ">");
            }
            html.append("</tr>\n");
            cell = "td";
        }
        html.append("</table></div></section>\n");
    }

    private void bar(ClassFigures c) {
        add(
                "<tr><th scope=\"row\">%s</th><td class=\"bar\"><span style=\"width:%.2f%%\">"
                        + "</span></td><td>%.1f %%</td><td class=\"more\">%s</td>"
                        + "<td class=\"more\">%.3f</td><td>%d</td></tr>",
                c.name(),
                100 * c.recall(),
                100 * c.recall(),
                c.predicted() == 0 ? "–" : Html.fill("%.1f %%", 100 * c.precision()),
                c.f1(),
                c.support());
    }

    private void search(SearchResult searched) {
        add("<section><h2>Search</h2>");
        add(
                "<p class=\"small\">The %s after each rung of successive halving: %,d steps of"
                        + " training, where the full grid takes %,d.</p><table class=\"search\">",
                searched.deciding(), searched.steps(), searched.gridSteps());
        for (List<String> row : searched.rows()) {
            add("<tr>");
            row.forEach(cell -> add("<td>%s</td>", cell));
            add("</tr>");
        }
        add("</table></section>");
    }

    private void picture(Mistake mistake) throws IOException {
        Path path = mistake.path();
        Path tail = path.subpath(Math.max(0, path.getNameCount() - 2), path.getNameCount());
        add(
                "<figure><img src=\"%s\" alt=\"%s\"><figcaption>true <b>%s</b> %.2f&nbsp;%%<br>"
                        + "given <b>%s</b> %.1f&nbsp;%%<small title=\"%s\">%s</small></figcaption></figure>",
                Thumbnails.address(mistake.image()),
                mistake.label() + " taken for " + mistake.predicted(),
                mistake.label(),
                100 * mistake.labelProbability(),
                mistake.predicted(),
                100 * mistake.confidence(),
                path.toString(),
                tail.toString());
    }

    private void pairs(String title, Map<String, String> values) {
        add("<section><h2>%s</h2>%n<dl class=\"values\">", title);
        values.forEach((name, value) -> add("<div><dt>%s</dt><dd>%s</dd></div>", name, value));
        add("</dl></section>");
    }
}
