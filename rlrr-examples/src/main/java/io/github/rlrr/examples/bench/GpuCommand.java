package io.github.rlrr.examples.bench;

import ai.djl.Device;
import com.google.gson.JsonObject;
import io.github.rlrr.examples.machine.Devices;
import io.github.rlrr.examples.machine.Gpus;
import io.github.rlrr.examples.output.JsonReport;
import io.github.rlrr.examples.output.TextTable;
import io.github.rlrr.torch.TorchRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr bench gpu}: whether a GPU computes what the CPU does, and how fast. */
@Command(
        name = "gpu",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Whether a GPU computes what the CPU does, and how fast: a verdict a line.",
            "About ten minutes on a GPU; --device cpu tries the command itself."
        })
final class GpuCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "gpu:0",
            description = "What is looked at: gpu:0, or cpu. Default: ${DEFAULT-VALUE}.")
    private String device = "gpu:0";

    @Option(
            names = "--model",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "vit-b16,vit-l16",
            completionCandidates = CaseOptions.Models.class,
            description =
                    "Geometries that are timed; the first is compared with the CPU too. Default:"
                            + " ${DEFAULT-VALUE}.")
    private List<String> models = List.of();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            split = ",",
            defaultValue = "32,128",
            description = "Images a step that is timed. Default: ${DEFAULT-VALUE}.")
    private List<Integer> batches = List.of();

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10",
            description = "Steps that are timed. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--seconds",
            paramLabel = "X",
            defaultValue = "3",
            description = "How long each speed of the loader is measured. Default: 3.")
    private double seconds;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            defaultValue = "rlrr-gpu.jsonl",
            description =
                    "Where the verdicts go, an object a line; - is standard output. Default:"
                            + " ${DEFAULT-VALUE}.")
    private String json = "rlrr-gpu.jsonl";

    private final List<Verdict> verdicts = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        JsonReport.check(json);
        List<BenchModel> geometries = models.stream().map(BenchModel::named).toList();
        Device there = Devices.open(device);
        new DeviceChecks(geometries.get(0), there, Device.cpu())
                .all()
                .forEach((name, check) -> add(name, check));
        new DeviceSpeeds(there, device, geometries, batches, steps).all().forEach(this::add);
        FeedSpeeds.of(new FeedBench(there, batches.get(0), seconds), there).forEach(this::add);
        report();
        boolean failed = verdicts.stream().anyMatch(v -> v.outcome() == Verdict.Outcome.FAILED);
        return failed ? 1 : 0;
    }

    /** Makes one check, and says so as it ends. */
    private void add(String name, Supplier<Verdict> check) {
        PrintWriter err = spec.commandLine().getErr();
        Verdict verdict;
        try {
            verdict = check.get();
        } catch (RuntimeException | LinkageError e) {
            verdict = Verdict.fault(name, e);
        }
        verdicts.add(verdict);
        err.println(name + ": " + verdict.outcome());
        err.flush();
    }

    private void report() throws IOException {
        List<List<String>> grid = new ArrayList<>();
        grid.add(List.of("", "verdict", "number", "goal", "unit"));
        List<String> lines = new ArrayList<>();
        JsonObject machine = Measurement.JSON.toJsonTree(Machine.here()).getAsJsonObject();
        machine.addProperty("device", device);
        machine.addProperty("gpus", Gpus.of(TorchRuntime.require()));
        machine.add("versions", Measurement.JSON.toJsonTree(Machine.versions()));
        lines.add(machine.toString());
        StringBuilder notes = new StringBuilder();
        for (Verdict verdict : verdicts) {
            grid.add(
                    List.of(
                            verdict.check(),
                            verdict.outcome().toString(),
                            number(verdict.number()),
                            number(verdict.goal()),
                            verdict.unit()));
            lines.add(Measurement.JSON.toJson(verdict));
            notes.append(verdict.check()).append(": ").append(verdict.note()).append('\n');
        }
        String last =
                json.equals("-") ? "" : "The file " + json + " has it all; it is what to send.\n";
        JsonReport.write(
                spec.commandLine(),
                json,
                lines,
                TextTable.of(grid) + "\n" + notes + Machine.here().line() + "\n" + last);
    }

    private static String number(@Nullable Double value) {
        if (value == null) {
            return "";
        }
        double size = Math.abs(value);
        String form = size != 0 && size < 1e-3 ? "%.1e" : size < 10 ? "%.4f" : "%,.1f";
        return String.format(Locale.ROOT, form, value);
    }
}
