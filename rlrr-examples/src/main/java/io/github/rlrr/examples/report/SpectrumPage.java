package io.github.rlrr.examples.report;

import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.spectrum.LayerChange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Writes comparisons as a page, spectrum.html, and its pictures as SVG files beside it. */
public final class SpectrumPage {

    /**
     * A figure that is drawn as a heat map.
     *
     * @param file the end of its file's name
     * @param unit follows a figure in the table
     */
    private record Figure(
            String file,
            String title,
            String format,
            String unit,
            ToDoubleFunction<LayerChange> value) {}

    private static final List<Figure> FIGURES =
            List.of(
                    new Figure(
                            "relative-norm",
                            "‖ΔW‖ / ‖W‖, %",
                            "%.2f",
                            " %",
                            layer -> 100 * layer.relativeNorm()),
                    new Figure(
                            "effective-rank",
                            "Effective rank of ΔW",
                            "%.1f",
                            "",
                            layer -> layer.change().effectiveRank()),
                    new Figure(
                            "output-turn",
                            "Turn of the leading output directions, mean angle in degrees",
                            "%.1f",
                            "",
                            layer -> layer.outputs().mean()),
                    new Figure(
                            "input-turn",
                            "Turn of the leading input directions, mean angle in degrees",
                            "%.1f",
                            "",
                            layer -> layer.inputs().mean()));

    private final List<Compared> all;
    private final WholeFolder files;
    private final StringBuilder html = new StringBuilder();
    private final Map<String, Integer> methods = new TreeMap<>();

    private SpectrumPage(List<Compared> all, WholeFolder files) {
        this.all = all;
        this.files = files;
    }

    /**
     * Writes the page and its pictures.
     *
     * @param folder made where missing
     * @return the files
     */
    public static List<Path> write(List<Compared> all, Path folder) throws IOException {
        try (WholeFolder files = WholeFolder.replace(folder)) {
            return new SpectrumPage(all, files).write();
        }
    }

    private List<Path> write() throws IOException {
        html.append("<header><h1>Singular values</h1></header>\n");
        means();
        for (Compared one : all) {
            html.append(Html.fill("<section><h2>%s (%s)</h2>%n", one.name(), one.method()));
            html.append(
                    Html.fill(
                            "<p class=\"small\">Compared with %s: %s.</p>%n",
                            one.before(), one.summary()));
            if (one.changed()) {
                pictures(one);
            }
            html.append("</section>\n");
        }
        html.append(
                Html.fill(
                        "<section><h2>Figures</h2>%n<pre>%s</pre></section>%n",
                        SpectrumTable.of(all)));
        files.add("spectrum.html", HtmlPage.content("Singular values", html.toString()));
        return files.finish();
    }

    private void means() {
        html.append(
                "<p class=\"small\">Means over the changed matrices. The effective rank is"
                        + " exp(−Σ p ln p) of p = λ/Σλ; a turn is the mean principal angle between"
                        + " the leading singular directions before and after, in degrees.</p>\n"
                        + "<table class=\"classes\"><thead><tr><th>model</th><th></th><th>‖ΔW‖/‖W‖"
                        + "</th><th>effective rank of ΔW</th><th>turn, outputs</th><th>turn,"
                        + " inputs</th></tr></thead><tbody>\n");
        for (Compared one : all.stream().filter(Compared::changed).toList()) {
            html.append(
                    Html.fill(
                            "<tr><th scope=\"row\">%s</th><td>%s</td>", one.name(), one.method()));
            for (Figure figure : FIGURES) {
                html.append(
                        Html.fill(
                                "<td>" + figure.format() + "%s</td>",
                                one.mean(figure.value()),
                                figure.unit()));
            }
            html.append("</tr>\n");
        }
        html.append("</tbody></table>\n");
    }

    private void pictures(Compared one) throws IOException {
        LayerGrid grid = new LayerGrid(one.change().layers());
        int count = methods.merge(one.method(), 1, Integer::sum);
        String prefix = one.method() + (count == 1 ? "" : "-" + count) + "-";
        html.append(
                "<div style=\"display:grid;gap:1rem;grid-template-columns:"
                        + "repeat(auto-fit,minmax(min(100%,30rem),1fr))\">\n");
        for (Figure figure : FIGURES) {
            HeatMap map =
                    new HeatMap(figure.title(), figure.value(), figure.format(), highest(figure));
            picture(prefix + figure.file() + ".svg", figure.title(), map.svg(grid));
        }
        html.append("</div>\n");
        String spectra = new SpectraChart(grid).svg();
        if (!spectra.isEmpty()) {
            picture(prefix + "spectra.svg", "Singular values, by layer and module", spectra);
        }
    }

    /** Maps of one figure share a scale, so that models can be compared by colour. */
    private double highest(Figure figure) {
        double highest =
                all.stream()
                        .flatMap(one -> one.change().layers().stream())
                        .mapToDouble(figure.value())
                        .max()
                        .orElse(1);
        return highest > 0 ? highest : 1;
    }

    private void picture(String name, String title, String svg) throws IOException {
        files.add(name, AtomicFile.text(svg));
        byte[] bytes = svg.getBytes(StandardCharsets.UTF_8);
        html.append(
                Html.fill(
                        "<img style=\"max-width:100%%\" alt=\"%s\""
                                + " src=\"data:image/svg+xml;base64,%s\">%n",
                        title, Base64.getEncoder().encodeToString(bytes)));
    }
}
