package io.github.rlrr.examples.report;

import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.task.Figure;
import io.github.rlrr.task.Figures;
import io.github.rlrr.training.EpochMetrics;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws the figures of runs over their epochs, side by side. */
public final class Curves {

    private static final int WIDTH = 560;
    private static final int HEIGHT = 400;
    private static final List<Color> COLOURS =
            List.of(new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c));

    private Curves() {}

    /**
     * Writes a PNG.
     *
     * @param runs the epochs of each run by its name, at least one each
     * @param file where to write
     */
    public static void write(Map<String, List<EpochMetrics>> runs, Path file) throws IOException {
        List<Figure> figures = runs.values().iterator().next().get(0).validation().all();
        AtomicFile.write(file, png(figures.stream().map(f -> chart(f, runs)).toList()));
    }

    /** Charts of one size, side by side, as a file's content. */
    public static AtomicFile.Content png(List<XYChart> charts) {
        int width = charts.get(0).getWidth();
        BufferedImage picture =
                new BufferedImage(
                        charts.size() * width,
                        charts.get(0).getHeight(),
                        BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        for (int i = 0; i < charts.size(); i++) {
            BufferedImage chart = BitmapEncoder.getBufferedImage(charts.get(i));
            graphics.drawImage(chart, i * width, 0, null);
        }
        graphics.dispose();
        return out -> {
            // ImageIO's own stream registers a shutdown hook, which a stopped run cannot.
            try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
                ImageIO.write(picture, "png", stream);
            }
        };
    }

    private static XYChart chart(Figure figure, Map<String, List<EpochMetrics>> runs) {
        String unit = figure.unit().isEmpty() ? "" : " (" + figure.unit() + ")";
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(figure.title() + unit)
                        .xAxisTitle("epoch")
                        .theme(Styler.ChartTheme.XChart)
                        .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
        chart.getStyler().setXAxisDecimalPattern("#");
        int colour = 0;
        for (Map.Entry<String, List<EpochMetrics>> run : runs.entrySet()) {
            Color color = COLOURS.get(colour++ % COLOURS.size());
            add(
                    chart,
                    run.getKey() + " train",
                    run.getValue(),
                    m -> shown(m.train(), figure),
                    color,
                    1f);
            add(
                    chart,
                    run.getKey() + " validation",
                    run.getValue(),
                    m -> shown(m.validation(), figure),
                    color,
                    2.5f);
        }
        return chart;
    }

    static double shown(Figures figures, Figure one) {
        return figures.find(one.name()).map(Figure::shown).orElse(Double.NaN);
    }

    private static void add(
            XYChart chart,
            String name,
            List<EpochMetrics> epochs,
            ToDoubleFunction<EpochMetrics> figure,
            Color color,
            float width) {
        List<EpochMetrics> known =
                epochs.stream().filter(m -> Double.isFinite(figure.applyAsDouble(m))).toList();
        if (!known.isEmpty()) {
            double[] x = known.stream().mapToDouble(EpochMetrics::epoch).toArray();
            double[] y = known.stream().mapToDouble(figure).toArray();
            XYSeries series = chart.addSeries(name, x, y);
            series.setMarker(known.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            series.setMarkerColor(color);
            series.setLineColor(color);
            series.setLineWidth(width);
        }
    }
}
