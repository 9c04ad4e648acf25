package io.github.rlrr.examples.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line chart over epochs as an SVG element, coloured by the page's style sheet.
 *
 * @param title said above it
 * @param unit appended to the figures, such as {@code " %"}
 * @param series the lines; those without points are left out
 */
record SvgChart(String title, String unit, List<Series> series) {

    private static final int WIDTH = 460;
    private static final int HEIGHT = 250;
    private static final int LEFT = 54;
    private static final int RIGHT = 10;
    private static final int TOP = 10;
    private static final int BOTTOM = 34;
    private static final int TICKS = 5;

    /** The most points that get a dot with its figure. */
    private static final int MOST_DOTS = 60;

    /**
     * One point.
     *
     * @param epoch where, counted in epochs
     * @param value the figure; not drawn unless finite
     */
    record Point(double epoch, double value) {}

    /**
     * One line.
     *
     * @param name what the legend calls it
     * @param style the style sheet's class, such as {@code train}
     * @param dots whether each point shows its figure
     * @param points from left to right
     */
    record Series(String name, String style, boolean dots, List<Point> points) {
        Series {
            points = points.stream().filter(p -> Double.isFinite(p.value())).toList();
        }
    }

    SvgChart {
        series = series.stream().filter(s -> !s.points().isEmpty()).toList();
    }

    /** The figure element; empty where there is no line. */
    String html() {
        if (series.isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder();
        html.append(Html.fill("<figure class=\"chart\"><figcaption>%s", title));
        if (series.size() > 1) {
            for (Series line : series) {
                html.append(
                        Html.fill("<span class=\"key %s\">%s</span>", line.style(), line.name()));
            }
        }
        html.append(
                Html.fill(
                        "</figcaption>%n<svg viewBox=\"0 0 %d %d\" role=\"img\""
                                + " aria-label=\"%s\">%n",
                        WIDTH, HEIGHT, title));
        axes(html);
        series.forEach(line -> line(html, line));
        return html.append("</svg></figure>\n").toString();
    }

    private double lastEpoch() {
        return series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(Point::epoch)
                .max()
                .orElseThrow();
    }

    private double highest() {
        double value =
                series.stream()
                        .flatMap(s -> s.points().stream())
                        .mapToDouble(Point::value)
                        .max()
                        .orElseThrow();
        return value > 0 ? value : 1;
    }

    private double x(double epoch) {
        return LEFT + (WIDTH - LEFT - RIGHT) * epoch / lastEpoch();
    }

    /** 0, or the lowest figure where that is less. */
    private double lowest() {
        return series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(Point::value)
                .filter(value -> value < 0)
                .min()
                .orElse(0);
    }

    private double step() {
        return step(highest() - lowest());
    }

    private double bottom() {
        return step() * Math.floor(lowest() / step() + 1e-9);
    }

    private double y(double value) {
        double top = step() * Math.ceil(highest() / step() - 1e-9);
        double share = (value - bottom()) / (top - bottom());
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
    }

    /** A distance of ticks, 1, 2 or 5 times a power of ten. */
    static double step(double range) {
        double raw = range / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double digit = raw / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    private void axes(StringBuilder html) {
        double high = highest();
        double step = step();
        for (long i = Math.round(bottom() / step); i * step < high + step * (1 - 1e-9); i++) {
            double at = y(i * step);
            html.append(
                    Html.fill(
                            "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\""
                                    + " class=\"left\">%s</text>%n",
                            LEFT, at, WIDTH - RIGHT, LEFT - 6, at + 4, number(i * step)));
        }
        double epochs = Math.max(1, step(lastEpoch()));
        for (long i = 0; i * epochs <= lastEpoch() + 1e-9; i++) {
            html.append(
                    Html.fill(
                            "<text x=\"%.1f\" y=\"%d\" class=\"below\">%s</text>%n",
                            x(i * epochs), HEIGHT - BOTTOM + 16, number(i * epochs)));
        }
        html.append(
                Html.fill(
                        "<text x=\"%d\" y=\"%d\" class=\"below\">epoch</text>%n",
                        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 3));
    }

    private void line(StringBuilder html, Series line) {
        List<String> points = new ArrayList<>();
        for (Point point : line.points()) {
            points.add(Html.fill("%.1f,%.1f", x(point.epoch()), y(point.value())));
        }
        html.append(
                Html.fill(
                        "<polyline class=\"line %s\" points=\"%s\"/>%n",
                        line.style(), String.join(" ", points)));
        if (line.dots() && line.points().size() <= MOST_DOTS) {
            for (Point point : line.points()) {
                html.append(
                        Html.fill(
                                "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\">"
                                        + "<title>epoch %s, %s: %s%s</title></circle>%n",
                                line.style(),
                                x(point.epoch()),
                                y(point.value()),
                                number(point.epoch()),
                                line.name(),
                                number(point.value()),
                                unit));
            }
        }
    }

    /** Four digits that count, without trailing zeros. */
    static String number(double value) {
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        if (size < 1e-3 || size >= 1e6) {
            return String.format(Locale.ROOT, "%.3e", value).replaceAll("\\.?0*e([+-])0?", "e$1");
        }
        int digits = (int) Math.max(0, 3 - Math.floor(Math.log10(size)));
        String text = String.format(Locale.ROOT, "%." + digits + "f", value);
        return digits == 0 ? text : text.replaceAll("\\.?0+$", "");
    }
}
