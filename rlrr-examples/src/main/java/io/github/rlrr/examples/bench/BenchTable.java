package io.github.rlrr.examples.bench;

import io.github.rlrr.examples.output.TextTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measurements as text in columns, with what they were measured on below. */
final class BenchTable {

    private static final String NONE = "-";
    private static final double GIB = 1L << 30;

    private BenchTable() {}

    /**
     * Renders measurements of one kind.
     *
     * @param measured at least one
     */
    static String of(List<Measurement> measured) {
        Measurement first = measured.get(0);
        List<List<String>> grid = new ArrayList<>();
        boolean products = first.flopsPerStep() > 0;
        grid.add(
                products
                        ? List.of(
                                "",
                                "s/step",
                                "min",
                                "max",
                                "images/s",
                                "CPU s/step",
                                "peak GiB",
                                "GFLOP/step",
                                "GFLOP/s",
                                "floor s",
                                "floor share")
                        : List.of(
                                "",
                                "reading ms",
                                "min",
                                "max",
                                "AdamW ms",
                                "min",
                                "max",
                                "CPU ms/step",
                                "peak GiB"));
        for (Measurement one : measured) {
            grid.add(products ? step(one) : parts(one));
        }
        return TextTable.of(grid) + on(first);
    }

    private static List<String> step(Measurement one) {
        double median = median(one.stepSeconds());
        double gigaflop = one.flopsPerStep() / 1e9;
        Double floor = one.floorSeconds();
        List<String> cells = new ArrayList<>();
        cells.add(title(one));
        cells.addAll(spread(one.stepSeconds(), 1));
        cells.add(number(one.batch() / median));
        cells.add(number(median(one.cpuSeconds())));
        cells.add(memory(one.peakMemoryBytes()));
        cells.add(number(gigaflop));
        cells.add(number(gigaflop / median));
        cells.add(floor == null ? NONE : number(floor));
        cells.add(
                floor == null ? NONE : String.format(Locale.ROOT, "%.1f %%", 100 * floor / median));
        return cells;
    }

    private static List<String> parts(Measurement one) {
        List<String> cells = new ArrayList<>();
        cells.add(title(one));
        for (String part : List.of("reading", "adamw")) {
            cells.addAll(spread(one.parts().getOrDefault(part, one.stepSeconds()), 1e3));
        }
        cells.add(number(1e3 * median(one.cpuSeconds())));
        cells.add(memory(one.peakMemoryBytes()));
        return cells;
    }

    private static String title(Measurement one) {
        String batch = one.flopsPerStep() > 0 ? ", batch " + one.batch() : "";
        String reading = one.reading() == null ? "" : ", " + one.reading();
        String weights = one.halfWeights() ? ", half weights" : "";
        String again = one.recompute() ? ", recomputing" : "";
        return one.what() + " " + one.model() + batch + reading + weights + again;
    }

    /** Median, least and greatest. */
    private static List<String> spread(List<Double> values, double unit) {
        return List.of(
                number(unit * median(values)),
                number(unit * Collections.min(values)),
                number(unit * Collections.max(values)));
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String memory(@Nullable Long bytes) {
        return bytes == null ? NONE : number(bytes / GIB);
    }

    /** Three digits at least, none behind the point from 100 on. */
    static String number(double value) {
        int digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : value >= 0.1 ? 3 : 4;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    private static String on(Measurement one) {
        Map<String, String> versions = one.versions();
        String line = System.lineSeparator();
        return one.steps()
                + " steps after "
                + one.warmup()
                + ", "
                + one.precision()
                + ", "
                + one.device()
                + ", threads "
                + one.threads()
                + line
                + one.machine().line()
                + line
                + versions
                + line;
    }
}
