package io.github.rlrr.examples.report;

import io.github.rlrr.spectrum.LayerChange;
import java.util.ArrayList;
import java.util.List;

/**
 * The singular values before, after and of the change of every matrix: a small chart for each, in a
 * grid of layers by modules, all with the same logarithmic axis. An SVG of its own.
 */
final class SpectraChart {

    /** Okabe and Ito's blue and vermilion, which every kind of eye tells apart, on a broad grey. */
    private static final String STYLE =
            "<style>polyline{fill:none;stroke-linejoin:round}"
                    + ".before{stroke:#b3b3b3;stroke-width:4}"
                    + ".after{stroke:#0072b2;stroke-width:1.4}"
                    + ".change{stroke:#d55e00;stroke-width:1.6;stroke-dasharray:5 2}"
                    + ".frame{fill:none;stroke:#999;stroke-width:0.8}"
                    + ".tick{stroke:#e4e4e4;stroke-width:0.8}</style>";

    private static final int WIDTH = 138;
    private static final int HEIGHT = 78;
    private static final int GAP = 8;
    private static final int LEFT = 128;
    private static final int TOP = 74;
    private static final int BOTTOM = 42;
    private static final int POINTS = 60;

    /** Decades below the largest value that are drawn. */
    private static final int DECADES = 5;

    private final LayerGrid grid;
    private int high = Integer.MIN_VALUE;
    private int low = Integer.MAX_VALUE;

    SpectraChart(LayerGrid grid) {
        this.grid = grid;
        for (LayerChange change : cells()) {
            double largest = Math.max(change.before().largest(), change.after().largest());
            high = Math.max(high, (int) Math.ceil(Math.log10(largest)));
            for (List<Double> values :
                    List.of(change.before().values(), change.change().values())) {
                double smallest = values.get(values.size() - 1);
                low = Math.min(low, smallest > 0 ? (int) Math.floor(Math.log10(smallest)) : low);
            }
        }
        low = Math.min(high - 1, Math.max(low, high - DECADES));
    }

    private List<LayerChange> cells() {
        List<LayerChange> cells = new ArrayList<>();
        for (String layer : grid.layers()) {
            for (String module : grid.modules()) {
                LayerChange change = grid.at(layer, module);
                if (change != null) {
                    cells.add(change);
                }
            }
        }
        return cells;
    }

    /** Empty where no matrix belongs to a layer. */
    String svg() {
        if (cells().isEmpty()) {
            return "";
        }
        int columns = grid.modules().size();
        int rows = grid.layers().size();
        String title = "Singular values, by layer and module";
        int width = Math.max(LEFT + columns * (WIDTH + GAP) + 8, 560);
        StringBuilder svg =
                new StringBuilder(SvgText.open(width, TOP + rows * (HEIGHT + GAP) + BOTTOM, title));
        svg.append(STYLE).append(SvgText.at(10, 22, "title", title));
        legend(svg);
        for (int c = 0; c < columns; c++) {
            svg.append(SvgText.at(x(c) + WIDTH / 2.0, TOP - 8, "middle", grid.modules().get(c)));
            for (int r = 0; r < rows; r++) {
                LayerChange change = grid.at(grid.layers().get(r), grid.modules().get(c));
                if (change != null) {
                    panel(svg, change, x(c), y(r), c == 0);
                }
            }
            svg.append(SvgText.at(x(c), y(rows) + 8, "", "1"));
            svg.append(SvgText.at(x(c) + WIDTH, y(rows) + 8, "end", last(c)));
        }
        for (int r = 0; r < rows; r++) {
            svg.append(SvgText.at(10, y(r) + HEIGHT / 2.0 + 4, "", grid.layers().get(r)));
        }
        svg.append(
                SvgText.at(
                        x(0) + (columns * (WIDTH + GAP) - GAP) / 2.0,
                        y(rows) + 28,
                        "middle",
                        "index of the singular value, largest first; λ on the left, each line a"
                                + " factor of ten"));
        return svg.append("</svg>\n").toString();
    }

    private static int x(int column) {
        return LEFT + column * (WIDTH + GAP);
    }

    private static int y(int row) {
        return TOP + row * (HEIGHT + GAP);
    }

    /** How many singular values a module's matrices have, if they all have as many. */
    private String last(int column) {
        List<Integer> sizes =
                grid.layers().stream()
                        .map(layer -> grid.at(layer, grid.modules().get(column)))
                        .filter(change -> change != null)
                        .map(change -> change.before().values().size())
                        .distinct()
                        .toList();
        return sizes.size() == 1 ? sizes.get(0).toString() : "last";
    }

    private static void legend(StringBuilder svg) {
        String[] names = {"before, W", "after, W'", "the change, W' − W"};
        String[] styles = {"before", "after", "change"};
        for (int i = 0; i < names.length; i++) {
            int x = 10 + i * 130;
            svg.append(
                    Html.fill(
                            "<polyline class=\"%s\" points=\"%d,42 %d,42\"/>%n",
                            styles[i], x, x + 28));
            svg.append(SvgText.at(x + 34, 46, "", names[i]));
        }
    }

    private void panel(StringBuilder svg, LayerChange change, int x, int y, boolean first) {
        for (int decade = low; decade <= high; decade++) {
            double at = y + height(Math.pow(10, decade));
            svg.append(Html.fill("<path class=\"tick\" d=\"M%d %.1fh%d\"/>", x, at, WIDTH));
            if (first && (high - decade) % 2 == 0) {
                svg.append(SvgText.at(x - 5, at + 4, "end", power(decade)));
            }
        }
        line(svg, "before", change.before().values(), x, y);
        line(svg, "after", change.after().values(), x, y);
        line(svg, "change", change.change().values(), x, y);
        svg.append(
                Html.fill(
                        "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>%n",
                        x, y, WIDTH, HEIGHT));
    }

    private static String power(int decade) {
        return decade < -2 || decade > 3 ? "1e" + decade : SvgChart.number(Math.pow(10, decade));
    }

    /** How far below a panel's top a value lies. */
    private double height(double value) {
        return HEIGHT * (high - Math.log10(value)) / (high - low);
    }

    private void line(StringBuilder svg, String style, List<Double> values, int x, int y) {
        int count = values.size();
        StringBuilder points = new StringBuilder();
        int drawn = Math.min(count, POINTS);
        for (int i = 0; i < drawn; i++) {
            int index = drawn == 1 ? 0 : (int) Math.round(i * (count - 1.0) / (drawn - 1));
            double value = values.get(index);
            double at = value > 0 ? height(value) : HEIGHT + 1;
            if (at > HEIGHT) {
                points.append(end(values, x, y));
                break; // the rest is below the axis
            }
            points.append(Html.fill("%.1f,%.1f ", x + place(index, count), y + Math.max(0, at)));
        }
        svg.append(
                Html.fill(
                        "<polyline class=\"%s\" points=\"%s\"/>%n",
                        style, points.toString().strip()));
    }

    /** Where a spectrum falls through the bottom of its panel. */
    private String end(List<Double> values, int x, int y) {
        double least = Math.pow(10, low);
        int index = 0;
        while (index < values.size() && values.get(index) >= least) {
            index++;
        }
        double at = place(Math.max(0, index - 0.5), values.size());
        return Html.fill("%.1f,%d ", x + at, y + HEIGHT);
    }

    private static double place(double index, int count) {
        return count == 1 ? WIDTH / 2.0 : WIDTH * index / (count - 1);
    }
}
