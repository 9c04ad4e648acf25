package io.github.rlrr.examples.report;

import io.github.rlrr.spectrum.LayerChange;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A figure of every matrix as a map of layers by modules, an SVG of its own. The colours are
 * viridis, which grows in lightness for every kind of eye; each cell has its figure as well.
 *
 * @param title what the figure is, with its unit
 * @param figure of a matrix, at least 0
 * @param format how a figure is printed
 * @param highest the end of the colour scale
 */
record HeatMap(String title, ToDoubleFunction<LayerChange> figure, String format, double highest) {

    /** Viridis at even distances, dark to light. */
    private static final int[] VIRIDIS = {
        0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725
    };

    private static final int CELL_WIDTH = 78;
    private static final int CELL_HEIGHT = 24;
    private static final int LEFT = 92;
    private static final int TOP = 62;
    private static final int RIGHT = 86;
    private static final int SCALE_WIDTH = 14;
    private static final int LEAST_ROWS = 5;

    String svg(LayerGrid grid) {
        int columns = Math.max(1, grid.modules().size());
        int rows = Math.max(LEAST_ROWS, grid.layers().size());
        int right = LEFT + columns * CELL_WIDTH;
        int bottom = TOP + rows * CELL_HEIGHT;
        int height = bottom + (grid.beside().isEmpty() ? 14 : 36);
        StringBuilder svg = new StringBuilder(SvgText.open(right + RIGHT, height, title));
        svg.append(SvgText.at(10, 22, "title", title));
        for (int c = 0; c < grid.modules().size(); c++) {
            String module = grid.modules().get(c);
            svg.append(SvgText.at(LEFT + (c + 0.5) * CELL_WIDTH, TOP - 8, "middle", module));
            for (int r = 0; r < grid.layers().size(); r++) {
                svg.append(cell(grid.at(grid.layers().get(r), module), c, r));
            }
        }
        for (int r = 0; r < grid.layers().size(); r++) {
            svg.append(
                    SvgText.at(
                            LEFT - 8,
                            TOP + (r + 0.5) * CELL_HEIGHT + 4,
                            "end",
                            grid.layers().get(r)));
        }
        svg.append(scale(right + 14, bottom));
        if (!grid.beside().isEmpty()) {
            String others =
                    grid.beside().stream()
                            .map(change -> change.path() + ": " + number(change))
                            .collect(Collectors.joining("   "));
            svg.append(SvgText.at(10, bottom + 24, "", others));
        }
        return svg.append("</svg>\n").toString();
    }

    private String number(LayerChange change) {
        return Html.fill(format, figure.applyAsDouble(change));
    }

    private String cell(@Nullable LayerChange change, int column, int row) {
        double x = LEFT + column * (double) CELL_WIDTH;
        double y = TOP + row * (double) CELL_HEIGHT;
        if (change == null) {
            return SvgText.at(x + CELL_WIDTH / 2.0, y + 16, "middle", "–");
        }
        double share = figure.applyAsDouble(change) / highest;
        return Html.fill(
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>",
                        x, y, CELL_WIDTH - 1, CELL_HEIGHT - 1, colour(share))
                + SvgText.at(
                        x + CELL_WIDTH / 2.0,
                        y + 16,
                        share > 0.55 ? "middle dark" : "middle light",
                        number(change));
    }

    private String scale(int x, int bottom) {
        StringBuilder svg = new StringBuilder();
        int steps = 64;
        double each = (bottom - TOP) / (double) steps;
        for (int i = 0; i < steps; i++) {
            svg.append(
                    Html.fill(
                            "<rect x=\"%d\" y=\"%.2f\" width=\"%d\" height=\"%.2f\""
                                    + " fill=\"#%06x\"/>",
                            x,
                            bottom - (i + 1) * each,
                            SCALE_WIDTH,
                            each + 0.5,
                            colour((i + 0.5) / steps)));
        }
        for (double share : List.of(0.0, 0.5, 1.0)) {
            svg.append(
                    SvgText.at(
                            x + SCALE_WIDTH + 6.0,
                            bottom - share * (bottom - TOP) + (share == 0 ? 0 : share == 1 ? 9 : 4),
                            "",
                            Html.fill(format, share * highest)));
        }
        return svg.toString();
    }

    /** The colour of a share, 0 to 1, of the scale. */
    static int colour(double share) {
        double at = Math.max(0, Math.min(1, share)) * (VIRIDIS.length - 1);
        int low = (int) Math.min(at, VIRIDIS.length - 2);
        int colour = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int from = VIRIDIS[low] >> shift & 0xff;
            int to = VIRIDIS[low + 1] >> shift & 0xff;
            colour |= (int) Math.round(from + (at - low) * (to - from)) << shift;
        }
        return colour;
    }
}
