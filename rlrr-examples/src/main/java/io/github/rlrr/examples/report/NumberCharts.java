package io.github.rlrr.examples.report;

import io.github.rlrr.examples.run.Examination;
import io.github.rlrr.examples.run.Examination.Answered;
import java.util.Arrays;
import java.util.List;

/** What was answered against what is true, and the error against what is true, of each quantity. */
final class NumberCharts {

    private static final int SIDE = 320;
    private static final int LEFT = 60;
    private static final int RIGHT = 12;
    private static final int TOP = 10;
    private static final int BOTTOM = 40;

    private final StringBuilder html = new StringBuilder();
    private final Axis across;
    private final Axis up;

    /** An axis from its lowest tick to its highest. */
    private record Axis(double low, double high, double step) {

        static Axis over(double least, double most) {
            double range = most > least ? most - least : Math.max(1e-9, Math.abs(most));
            double step = SvgChart.step(range);
            return new Axis(
                    step * Math.floor(least / step + 1e-9),
                    step * Math.ceil(most / step - 1e-9) + (most > least ? 0 : step),
                    step);
        }

        double share(double value) {
            return (value - low) / (high - low);
        }
    }

    private NumberCharts(Axis across, Axis up) {
        this.across = across;
        this.up = up;
    }

    /** The sections; empty where there are no numbers. */
    static String html(Examination examination) {
        StringBuilder html = new StringBuilder();
        for (int i = 0; !examination.numbers().isEmpty() && i < examination.each().size(); i++) {
            int quantity = i;
            List<Answered> known =
                    examination.numbers().stream()
                            .filter(each -> Double.isFinite(each.truth()[quantity]))
                            .toList();
            if (!known.isEmpty()) {
                html.append(html(examination.each().get(i).name(), quantity, known));
            }
        }
        return html.toString();
    }

    private static String html(String name, int quantity, List<Answered> known) {
        double[] truth = known.stream().mapToDouble(each -> each.truth()[quantity]).toArray();
        double[] answer = known.stream().mapToDouble(each -> each.answer()[quantity]).toArray();
        double[] error = new double[truth.length];
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double largest = 0;
        for (int i = 0; i < truth.length; i++) {
            error[i] = answer[i] - truth[i];
            least = Math.min(least, Math.min(truth[i], answer[i]));
            most = Math.max(most, Math.max(truth[i], answer[i]));
            largest = Math.max(largest, Math.abs(error[i]));
        }
        Axis both = Axis.over(least, most);
        NumberCharts answers = new NumberCharts(both, both);
        Axis own =
                Axis.over(
                        Arrays.stream(truth).min().orElseThrow(),
                        Arrays.stream(truth).max().orElseThrow());
        NumberCharts errors = new NumberCharts(own, Axis.over(-largest, largest));
        return Html.fill("<section><h2>%s</h2>%n<div class=\"charts\">%n", name)
                + answers.chart("Answered against true", truth, answer, both.low(), both.high())
                + errors.chart("Error against true", truth, error, 0, 0)
                + "</div></section>\n";
    }

    private double x(double value) {
        return LEFT + (SIDE - LEFT - RIGHT) * across.share(value);
    }

    private double y(double value) {
        return SIDE - BOTTOM - (SIDE - TOP - BOTTOM) * up.share(value);
    }

    /** A chart with a line from one side to the other, where an answer would be right. */
    private String chart(String title, double[] truth, double[] value, double from, double to) {
        html.append(
                Html.fill(
                        "<figure class=\"chart\"><figcaption>%s</figcaption>%n<svg viewBox=\"0 0 %d"
                                + " %d\" role=\"img\" aria-label=\"%s\">%n",
                        title, SIDE, SIDE, title));
        for (double at = up.low(); at < up.high() + up.step() / 2; at += up.step()) {
            html.append(
                    Html.fill(
                            "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\""
                                    + " class=\"left\">%s</text>%n",
                            LEFT, y(at), SIDE - RIGHT, LEFT - 6, y(at) + 4, tick(at, up)));
        }
        for (double at = across.low();
                at < across.high() + across.step() / 2;
                at += across.step()) {
            html.append(
                    Html.fill(
                            "<text x=\"%.1f\" y=\"%d\" class=\"below\">%s</text>%n",
                            x(at), SIDE - BOTTOM + 16, tick(at, across)));
        }
        html.append(
                Html.fill(
                        "<text x=\"%d\" y=\"%d\" class=\"below\">true</text>%n"
                                + "<path class=\"line step\" d=\"M%.1f %.1fL%.1f %.1f\"/>%n",
                        (LEFT + SIDE - RIGHT) / 2,
                        SIDE - 4,
                        x(across.low()),
                        y(from),
                        x(across.high()),
                        y(to)));
        for (int i = 0; i < truth.length; i++) {
            html.append(
                    Html.fill(
                            "<circle class=\"dot train\" cx=\"%.1f\" cy=\"%.1f\" r=\"2\""
                                    + " opacity=\"0.6\"/>",
                            x(truth[i]), y(value[i])));
        }
        return html.append("\n</svg></figure>\n").toString();
    }

    /** A tick's number; what is next to nothing is 0. */
    private static String tick(double at, Axis axis) {
        return SvgChart.number(Math.abs(at) < axis.step() / 1000 ? 0 : at);
    }
}
