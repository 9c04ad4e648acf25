package io.github.rlrr.examples.bench;

import io.github.rlrr.examples.option.JsonOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every measurement of a model is told, and how its cases are run and reported. */
final class CaseOptions {

    /** Suggests the models' names. */
    static final class Models extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Models() {
            super(BenchModel.names());
        }
    }

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "vit-b16",
            completionCandidates = Models.class,
            description =
                    "Geometries, with random weights: ${COMPLETION-CANDIDATES}. Default:"
                            + " ${DEFAULT-VALUE}.")
    private List<String> models = List.of();

    @Option(
            names = "--classes",
            paramLabel = "N",
            defaultValue = "100",
            description = "Outputs of the head. Default: ${DEFAULT-VALUE}.")
    private int classes;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10",
            description = "Steps that count. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            defaultValue = "2",
            description = "Steps before them that do not, at least 1. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "Where to compute: cpu, or cuda, gpu, gpu:0. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads within one operation. Default: one for each core.")
    private @Nullable Integer threads;

    @Option(
            names = "--neighbours",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "Other processes that keep a processor each busy meanwhile. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int neighbours;

    @Mixin private final JsonOption json = new JsonOption();

    /** The cases of one batch size, one for each model. */
    List<BenchCase> cases(BenchCase.What what, int batch, BenchCase.How how) {
        int chosen = threads == null ? 0 : threads;
        if (threads != null && threads < 1) {
            throw new IllegalArgumentException("--threads is " + threads + ", expected at least 1");
        }
        return models.stream()
                .map(
                        name ->
                                new BenchCase(
                                        what,
                                        BenchModel.named(name).name(),
                                        batch,
                                        classes,
                                        chosen,
                                        warmup,
                                        steps,
                                        how,
                                        device))
                .toList();
    }

    /** Runs the cases, several each in a JVM of its own, and prints what they gave. */
    int run(List<BenchCase> cases) throws IOException {
        json.check();
        PrintWriter err = command.commandLine().getErr();
        List<Measurement> measured = new ArrayList<>();
        try (Neighbours busy = new Neighbours()) {
            busy.start(neighbours);
            for (BenchCase one : cases) {
                measured.add(
                        cases.size() == 1 ? CaseProcess.here(one, err) : CaseProcess.apart(one));
            }
        }
        json.write(
                command.commandLine(),
                measured.stream().map(Measurement::json).toList(),
                BenchTable.of(measured));
        return 0;
    }
}
