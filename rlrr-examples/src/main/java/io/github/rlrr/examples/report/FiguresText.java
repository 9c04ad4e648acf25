package io.github.rlrr.examples.report;

import io.github.rlrr.examples.output.TextTable;
import io.github.rlrr.io.OneLine;
import io.github.rlrr.task.ClassFigures;
import io.github.rlrr.task.ClassificationFigures;
import io.github.rlrr.task.ConfusionMatrix;
import io.github.rlrr.task.ConfusionMatrix.Confusion;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints a classifier's figures as lines for a terminal. */
public final class FiguresText {

    /** The most classes whose confusion matrix fits a terminal's width. */
    private static final int MOST_COLUMNS = 12;

    private static final int PAIRS_SHOWN = 15;

    private final PrintWriter out;
    private final ClassificationFigures figures;
    private final int nameWidth;

    private FiguresText(PrintWriter out, ClassificationFigures figures) {
        this.out = out;
        this.figures = figures;
        nameWidth = figures.classes().stream().mapToInt(c -> name(c).length()).max().orElseThrow();
    }

    public static void print(PrintWriter out, ClassificationFigures figures) {
        FiguresText text = new FiguresText(out, figures);
        text.summary();
        text.classes();
        text.confusion();
    }

    private static String name(ClassFigures of) {
        return OneLine.of(of.name());
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values).stripTrailing());
    }

    private void summary() {
        line(
                "accuracy           %7.2f %%  (%d of %d images)",
                100 * figures.accuracy(),
                figures.classes().stream().mapToInt(ClassFigures::correct).sum(),
                figures.examples());
        figures.topFive().ifPresent(top -> line("top-5 accuracy     %7.2f %%", 100 * top));
        line("loss               %9.4f", figures.loss());
        line("macro-F1           %9.4f", figures.macroF1());
        line("calibration error  %9.4f", figures.calibrationError());
    }

    /** Recall, of one class, is what many call its accuracy. */
    private void classes() {
        out.println();
        List<List<String>> rows = new ArrayList<>();
        // Spaces make columns wide enough for any share.
        rows.add(List.of("class", "images", "  recall", "precision", "    F1"));
        for (ClassFigures c : figures.classes()) {
            if (c.support() > 0 || c.predicted() > 0) {
                String f1 = Double.isNaN(c.f1()) ? "-" : String.format(Locale.ROOT, "%.4f", c.f1());
                String images = Integer.toString(c.support());
                rows.add(List.of(name(c), images, percent(c.recall()), percent(c.precision()), f1));
            }
        }
        out.print(TextTable.of(rows));
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    private void confusion() {
        out.println();
        if (figures.classes().size() <= MOST_COLUMNS) {
            matrix();
        } else {
            pairs();
        }
    }

    private void matrix() {
        ConfusionMatrix confusion = figures.confusion();
        int width = Integer.toString(figures.examples()).length() + 1;
        String cell = "%" + Math.max(3, width) + "d";
        String name = "%2d %-" + nameWidth + "s";
        out.println("confusion: a row a true class, a column a predicted one");
        StringBuilder header = new StringBuilder(" ".repeat(nameWidth + 3));
        for (int i = 1; i <= confusion.classes(); i++) {
            header.append(String.format(Locale.ROOT, cell, i));
        }
        out.println(header);
        for (int label = 0; label < confusion.classes(); label++) {
            StringBuilder row = new StringBuilder();
            row.append(
                    String.format(
                            Locale.ROOT, name, label + 1, name(figures.classes().get(label))));
            for (int predicted = 0; predicted < confusion.classes(); predicted++) {
                row.append(String.format(Locale.ROOT, cell, confusion.count(label, predicted)));
            }
            out.println(row);
        }
    }

    private void pairs() {
        List<Confusion> confusions = figures.confusion().confusions();
        int shown = Math.min(PAIRS_SHOWN, confusions.size());
        line("most confused, %d of %d pairs:", shown, confusions.size());
        for (Confusion pair : confusions.subList(0, shown)) {
            line(
                    "%5d  %-" + nameWidth + "s  taken for  %s",
                    pair.count(),
                    name(figures.classes().get(pair.label())),
                    name(figures.classes().get(pair.predicted())));
        }
    }
}
