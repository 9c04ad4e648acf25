package io.github.rlrr.examples.report;

import io.github.rlrr.spectrum.LayerChange;
import java.util.List;
import java.util.Locale;

/** Comparisons as text of at most 100 columns. */
public final class SpectrumTable {

    private static final String HEADER =
            String.format(
                    Locale.ROOT,
                    "%-20s %8s%9s%8s%8s%8s%7s%7s%7s%5s%6s%6s%n",
                    "matrix",
                    "size",
                    "|dW|/|W|",
                    "s1(W)",
                    "s1(W')",
                    "s1(dW)",
                    "er(W)",
                    "er(W')",
                    "er(dW)",
                    "rank",
                    "out",
                    "in");

    private static final int NAME = 40;

    private SpectrumTable() {}

    public static String of(List<Compared> all) {
        StringBuilder text = new StringBuilder();
        for (Compared one : all) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%s (%s) against %s%n%s%n",
                            one.name(),
                            one.method(),
                            one.before(),
                            one.summary()));
            if (one.changed()) {
                text.append(HEADER);
                one.change().layers().forEach(layer -> text.append(row(layer)));
            }
            text.append(System.lineSeparator());
        }
        text.append(means(all));
        return text.toString();
    }

    private static String row(LayerChange layer) {
        return String.format(
                Locale.ROOT,
                "%-20s %8s%9.4f%8.3f%8.3f%8.3f%7.1f%7.1f%7.1f%5d%6.1f%6.1f%n",
                layer.path(),
                layer.rows() + "x" + layer.columns(),
                layer.relativeNorm(),
                layer.before().largest(),
                layer.after().largest(),
                layer.change().largest(),
                layer.before().effectiveRank(),
                layer.after().effectiveRank(),
                layer.change().effectiveRank(),
                layer.changeRank(),
                layer.outputs().mean(),
                layer.inputs().mean());
    }

    private static String means(List<Compared> all) {
        StringBuilder text =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "%-40s %-14s%9s%9s%7s%8s%6s%6s%n",
                                "means over the changed matrices",
                                "method",
                                "matrices",
                                "|dW|/|W|",
                                "er(dW)",
                                "rank",
                                "out",
                                "in"));
        for (Compared one : all.stream().filter(Compared::changed).toList()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%-40s %-14s%9d%9.4f%7.1f%8.1f%6.1f%6.1f%n",
                            end(one.name()),
                            one.method(),
                            one.change().layers().size(),
                            one.mean(LayerChange::relativeNorm),
                            one.mean(layer -> layer.change().effectiveRank()),
                            one.mean(LayerChange::changeRank),
                            one.mean(layer -> layer.outputs().mean()),
                            one.mean(layer -> layer.inputs().mean())));
        }
        return text.toString();
    }

    /** The end of a long path, where paths differ. */
    private static String end(String name) {
        return name.length() <= NAME ? name : "..." + name.substring(name.length() - NAME + 3);
    }
}
