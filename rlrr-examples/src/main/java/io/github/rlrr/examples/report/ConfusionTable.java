package io.github.rlrr.examples.report;

import io.github.rlrr.task.ClassFigures;
import io.github.rlrr.task.ClassificationFigures;
import io.github.rlrr.task.ConfusionMatrix;
import io.github.rlrr.task.ConfusionMatrix.Confusion;
import java.util.Comparator;
import java.util.List;

/**
 * A confusion matrix for a page: a table of counts where that can be read, else a map of coloured
 * cells; and the pairs that are confused most.
 *
 * <p>A cell's colour is its share of its row, the images of one class: blue where they are right,
 * red where not.
 */
final class ConfusionTable {

    private static final int MOST_IN_TABLE = 20;
    private static final int MOST_CELLS = 20_000;
    private static final int PAIRS = 12;

    private final ConfusionMatrix confusion;
    private final List<ClassFigures> classes;

    ConfusionTable(ClassificationFigures figures) {
        confusion = figures.confusion();
        classes = figures.classes();
    }

    String html() {
        return (classes.size() <= MOST_IN_TABLE ? table() : map()) + pairs();
    }

    private double share(int label, int predicted) {
        int support = classes.get(label).support();
        return support == 0 ? 0 : (double) confusion.count(label, predicted) / support;
    }

    private String table() {
        StringBuilder html = new StringBuilder();
        html.append("<div class=\"scroll\"><table class=\"confusion\"><thead><tr><th></th>");
        for (ClassFigures c : classes) {
            html.append(Html.fill("<th scope=\"col\"><span>%s</span></th>", c.name()));
        }
        html.append("</tr></thead>\n<tbody>");
        for (int label = 0; label < classes.size(); label++) {
            html.append(Html.fill("<tr><th scope=\"row\">%s</th>", classes.get(label).name()));
            for (int predicted = 0; predicted < classes.size(); predicted++) {
                html.append(cell(label, predicted));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    private String cell(int label, int predicted) {
        int count = confusion.count(label, predicted);
        if (count == 0) {
            return "<td></td>";
        }
        double share = share(label, predicted);
        return Html.fill(
                "<td class=\"%s%s\" style=\"--share:%.3f\" title=\"%s\">%d</td>",
                label == predicted ? "right" : "wrong",
                share > 0.5 ? " strong" : "",
                share,
                said(label, predicted),
                count);
    }

    private String said(int label, int predicted) {
        return Html.fill(
                        "%d of %d ",
                        confusion.count(label, predicted), classes.get(label).support())
                + classes.get(label).name()
                + (label == predicted ? " right" : " taken for " + classes.get(predicted).name());
    }

    /** One square a cell that is not 0, which is few even of a thousand classes. */
    private String map() {
        int n = classes.size();
        StringBuilder html = new StringBuilder();
        double margin = n * 0.06;
        html.append(
                Html.fill(
                        "<svg class=\"confusion-map\" viewBox=\"%.2f %.2f %.2f %.2f\" role=\"img\""
                                + " aria-label=\"confusion matrix\">%n"
                                + "<rect class=\"ground\" width=\"%d\" height=\"%d\"/>%n",
                        -margin, -margin, n + margin, n + margin, n, n));
        int every = n <= 50 ? 5 : n <= 200 ? 10 : 100;
        for (int i = every; i <= n; i += every) {
            html.append(
                    Html.fill(
                            "<text x=\"%.2f\" y=\"%.2f\" style=\"font-size:%.2fpx\" class=\"below\">%d"
                                    + "</text><text x=\"%.2f\" y=\"%.2f\" style=\"font-size:%.2fpx\""
                                    + " class=\"left\">%d</text>%n",
                            i - 0.5,
                            -0.25 * margin,
                            0.4 * margin,
                            i,
                            -0.2 * margin,
                            i - 0.5 + 0.15 * margin,
                            0.4 * margin,
                            i));
        }
        for (int i = 0; i < n; i++) {
            square(html, i, i);
        }
        confusion.confusions().stream()
                .limit(MOST_CELLS)
                .forEach(pair -> square(html, pair.label(), pair.predicted()));
        return html.append("</svg>\n").toString();
    }

    private void square(StringBuilder html, int label, int predicted) {
        if (confusion.count(label, predicted) > 0) {
            html.append(
                    Html.fill(
                            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"1\" height=\"1\""
                                    + " opacity=\"%.3f\"><title>%s</title></rect>%n",
                            label == predicted ? "right" : "wrong",
                            predicted,
                            label,
                            0.15 + 0.85 * share(label, predicted),
                            said(label, predicted)));
        }
    }

    private String pairs() {
        List<Confusion> pairs = confusion.confusions();
        if (pairs.isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder();
        html.append("<div><h3>Most confused</h3>\n<ul class=\"pairs\">");
        pairs.stream()
                .sorted(Comparator.comparingInt(Confusion::count).reversed())
                .limit(PAIRS)
                .forEach(
                        pair ->
                                html.append(
                                        Html.fill(
                                                "<li><b>%d</b> of %d <b>%s</b> taken for"
                                                        + " <b>%s</b></li>%n",
                                                pair.count(),
                                                classes.get(pair.label()).support(),
                                                classes.get(pair.label()).name(),
                                                classes.get(pair.predicted()).name())));
        return html.append("</ul></div>\n").toString();
    }
}
