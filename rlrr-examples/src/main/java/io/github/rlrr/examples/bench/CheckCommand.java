package io.github.rlrr.examples.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.output.TextTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr bench check}: whether anything became slower on a machine of a known class. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "A few short measurements beside the figures kept for machines of this class:"
                        + " processor, its instructions, cores. Ends with 1 when one takes over 10 %%"
                        + " more processor time.")
final class CheckCommand implements Callable<Integer> {

    private static final double ALLOWED = 1.1;
    private static final String KEPT = "figures.json";
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    /** What is measured, by its title. */
    private static final Map<String, BenchCase> CASES = new LinkedHashMap<>();

    static {
        add(BenchCase.What.TRAIN, "vit-cifar10", 32, 30, BenchCase.How.USUAL);
        add(BenchCase.What.INFER, "vit-cifar10", 32, 30, BenchCase.How.USUAL);
        add(BenchCase.What.TRAIN, "vit-b16", 2, 5, BenchCase.How.USUAL);
        add(BenchCase.What.OPTIMIZER, "vit-b16", 1, 10, BenchCase.How.USUAL);
    }

    private static void add(
            BenchCase.What what, String model, int batch, int steps, BenchCase.How how) {
        String name = BenchModel.named(model).name();
        BenchCase one = new BenchCase(what, name, batch, 100, 0, 3, steps, how, "cpu");
        CASES.put(one.title(), one);
    }

    @Option(
            names = "--case",
            paramLabel = "TITLE",
            description = "One of them alone, as the table names it; may be given more than once.")
    private List<String> titles = List.of();

    @Option(
            names = "--figures",
            paramLabel = "FILE",
            description = "Figures by class and case, in processor seconds. Default: those kept.")
    private @Nullable Path file;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Made by picocli. */
    CheckCommand() {}

    @Override
    public Integer call() throws IOException {
        List<String> unknown = titles.stream().filter(t -> !CASES.containsKey(t)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "--case is " + unknown + ", expected some of " + CASES.keySet());
        }
        Map<String, Map<String, Double>> all = figures();
        Map<String, Double> measured = new LinkedHashMap<>();
        for (Map.Entry<String, BenchCase> one : CASES.entrySet()) {
            if (titles.isEmpty() || titles.contains(one.getKey())) {
                measured.put(one.getKey(), median(CaseProcess.apart(one.getValue()).cpuSeconds()));
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        String kind = Machine.kind();
        Map<String, Double> kept = all.get(kind);
        out.println(kind);
        out.print(table(measured, kept == null ? Map.of() : kept));
        if (kept == null) {
            out.printf(
                    "no figures are kept for this class; measured with nothing else running, add"
                            + " to %s:%n%s%n",
                    file == null
                            ? "rlrr-examples/src/main/resources/io/github/rlrr/examples/bench/"
                                    + KEPT
                            : file,
                    GSON.toJson(Map.of(kind, measured)));
        }
        List<String> slower = slower(measured, kept == null ? Map.of() : kept);
        slower.forEach(out::println);
        out.flush();
        return slower.isEmpty() ? 0 : Fault.EXIT_CODE;
    }

    /** A sentence for each case that takes over a tenth more than its figure. */
    static List<String> slower(Map<String, Double> measured, Map<String, Double> kept) {
        List<String> slower = new ArrayList<>();
        measured.forEach(
                (title, seconds) -> {
                    Double before = kept.get(title);
                    if (before != null && seconds > ALLOWED * before) {
                        slower.add(
                                String.format(
                                        Locale.ROOT,
                                        "slower: %s takes %.0f %% more processor time",
                                        title,
                                        100 * (seconds / before - 1)));
                    }
                });
        return slower;
    }

    private static String table(Map<String, Double> measured, Map<String, Double> kept) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("case", "processor s", "kept", "ratio"));
        measured.forEach(
                (title, seconds) -> {
                    Double before = kept.get(title);
                    rows.add(
                            List.of(
                                    title,
                                    text(seconds),
                                    before == null ? "-" : text(before),
                                    before == null ? "-" : text(seconds / before)));
                });
        return TextTable.of(rows);
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private Map<String, Map<String, Double>> figures() throws IOException {
        String text;
        if (file != null) {
            text = Files.readString(file);
        } else {
            try (InputStream in = CheckCommand.class.getResourceAsStream(KEPT)) {
                if (in == null) {
                    throw new IOException("the resource " + KEPT + " is missing from the jar");
                }
                text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
        try {
            Map<String, Map<String, Double>> read =
                    GSON.fromJson(text, new TypeToken<TreeMap<String, Map<String, Double>>>() {});
            return read == null ? Map.of() : read;
        } catch (JsonParseException e) {
            throw new IOException(
                    file + " holds no figures, expected {\"class\": {\"case\": seconds}}", e);
        }
    }
}
