package io.github.rlrr.examples.report;

import io.github.rlrr.examples.report.SvgChart.Point;
import io.github.rlrr.examples.report.SvgChart.Series;
import io.github.rlrr.task.Figure;
import io.github.rlrr.training.EpochMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The charts of a run's page: its figures and its learning rate over the epochs. */
final class RunCurves {

    private final RunReport run;

    private RunCurves(RunReport run) {
        this.run = run;
    }

    /** The section; empty where not a step was taken. */
    static String html(RunReport run) {
        if (run.epochs().isEmpty() && run.steps().isEmpty()) {
            return "";
        }
        RunCurves curves = new RunCurves(run);
        return "<section><h2>Curves</h2>\n<div class=\"charts\">\n"
                + curves.figures()
                + curves.learningRate().html()
                + "</div></section>\n";
    }

    /** A chart for each figure; the loss is there from the first reading on. */
    private String figures() {
        StringBuilder charts = new StringBuilder();
        for (Figure figure : run.task().figures().all()) {
            List<Series> series = new ArrayList<>();
            if (figure.name().equals(Figure.LOSS)) {
                series.add(readings(steps("step", StepCurve.Point::loss)));
            }
            series.add(epochs("train", e -> Curves.shown(e.train(), figure)));
            series.add(epochs("validation", e -> Curves.shown(e.validation(), figure)));
            boolean share = figure.scale() == Figure.Scale.SHARE;
            String title = figure.title() + (share ? ", %" : "");
            charts.append(new SvgChart(title, share ? " %" : "", series).html());
        }
        return charts.toString();
    }

    private SvgChart learningRate() {
        Series rates = steps("rate", StepCurve.Point::learningRate);
        boolean none = rates.points().isEmpty();
        return new SvgChart(
                "Learning rate",
                "",
                List.of(none ? epochs("rate", EpochMetrics::learningRate) : rates));
    }

    private Series steps(String name, ToDoubleFunction<StepCurve.Point> value) {
        return new Series(
                name,
                name,
                false,
                run.steps().stream()
                        .map(p -> new Point(p.epoch(), value.applyAsDouble(p)))
                        .toList());
    }

    /** The loss is read every few steps: its steps between are no points of their own. */
    private static Series readings(Series losses) {
        List<Point> read = new ArrayList<>();
        for (Point point : losses.points()) {
            if (read.isEmpty() || read.get(read.size() - 1).value() != point.value()) {
                read.add(point);
            }
        }
        return new Series(losses.name(), losses.style(), false, read);
    }

    private Series epochs(String name, ToDoubleFunction<EpochMetrics> value) {
        return new Series(
                name,
                name,
                true,
                run.epochs().stream()
                        .map(e -> new Point(e.epoch(), value.applyAsDouble(e)))
                        .toList());
    }
}
