package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.recipe.Comparison;
import io.github.rlrr.examples.report.Curves;
import io.github.rlrr.io.AtomicFile;
import java.awt.Color;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws accuracy against trained parameters, a chart for each data set, side by side. */
final class ComparisonChart {

    private static final int WIDTH = 620;
    private static final int HEIGHT = 460;

    /** Okabe and Ito's colours, which people who see fewer colours tell apart too; no yellow. */
    private static final List<Color> COLOURS =
            List.of(
                    new Color(0x000000),
                    new Color(0xe69f00),
                    new Color(0x56b4e9),
                    new Color(0x009e73),
                    new Color(0x0072b2),
                    new Color(0xd55e00),
                    new Color(0xcc79a7));

    private static final List<Marker> MARKERS =
            List.of(
                    SeriesMarkers.CIRCLE,
                    SeriesMarkers.SQUARE,
                    SeriesMarkers.DIAMOND,
                    SeriesMarkers.TRIANGLE_UP);

    private ComparisonChart() {}

    /**
     * A PNG, as a file's content.
     *
     * @param comparison what to draw; bars are the deviation over seeds
     */
    static AtomicFile.Content png(Comparison comparison) {
        return Curves.png(
                comparison.tasks().stream().map(task -> chart(comparison, task)).toList());
    }

    private static XYChart chart(Comparison comparison, String task) {
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(task)
                        .xAxisTitle("trained parameters")
                        .yAxisTitle("test accuracy (%)")
                        .build();
        Styler styler = chart.getStyler();
        chart.getStyler().setXAxisLogarithmic(true);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        chart.getStyler().setErrorBarsColorSeriesColor(true);
        int row = 0;
        for (Comparison.Row method : comparison.rows()) {
            Comparison.Cell cell = method.cells().get(task);
            Color colour = COLOURS.get(row % COLOURS.size());
            Marker marker = MARKERS.get(row % MARKERS.size());
            row++;
            if (cell == null) {
                continue;
            }
            Double deviation = cell.deviation();
            XYSeries series =
                    chart.addSeries(
                            method.label(),
                            new double[] {method.trainable()},
                            new double[] {cell.mean()},
                            new double[] {deviation == null ? 0 : deviation});
            series.setMarkerColor(colour);
            series.setLineColor(colour);
            series.setMarker(marker);
        }
        return chart;
    }
}
