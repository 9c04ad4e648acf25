package io.github.rlrr.examples.report;

import io.github.rlrr.examples.output.TextTable;
import io.github.rlrr.examples.run.Examination;
import io.github.rlrr.io.OneLine;
import io.github.rlrr.task.Figure;
import io.github.rlrr.task.NamedFigures;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints the figures of several labels or of numbers as lines for a terminal. */
public final class EachText {

    private EachText() {}

    public static void print(PrintWriter out, Examination seen) {
        for (Figure figure : seen.evaluation().figures().all()) {
            out.printf(Locale.ROOT, "%-24s %9s%n", figure.words(), text(figure));
        }
        out.printf(Locale.ROOT, "%-24s %9d%n%n", "images", seen.evaluation().examples());
        out.print(TextTable.of(rows(seen.each())));
    }

    /** A line of titles, then one for each label or quantity. */
    static List<List<String>> rows(List<NamedFigures> each) {
        List<List<String>> rows = new ArrayList<>();
        for (NamedFigures one : each) {
            List<Figure> figures = one.figures().all();
            List<String> row = new ArrayList<>(List.of(OneLine.of(one.name())));
            figures.forEach(figure -> row.add(text(figure)));
            if (rows.isEmpty()) {
                List<String> titles = new ArrayList<>(List.of("name"));
                figures.forEach(figure -> titles.add(figure.words()));
                rows.add(titles);
            }
            rows.add(row);
        }
        return rows;
    }

    /** A value; a dash where there is none. */
    static String text(Figure figure) {
        return Double.isNaN(figure.value()) ? "-" : figure.text("%.2f");
    }
}
