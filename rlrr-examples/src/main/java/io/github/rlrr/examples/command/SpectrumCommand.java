package io.github.rlrr.examples.command;

import ai.djl.nn.Block;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.output.JsonReport;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.examples.report.Compared;
import io.github.rlrr.examples.report.SpectrumJson;
import io.github.rlrr.examples.report.SpectrumPage;
import io.github.rlrr.examples.report.SpectrumTable;
import io.github.rlrr.spectrum.ModelChange;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.inference.AdaptedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr spectrum}: what adapters do to the singular values of their base. */
@Command(
        name = "spectrum",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compare the weight matrices of an adapted model with its base's: singular values,"
                    + " effective rank of the change, turn of the leading directions.",
            "Or those of two checkpoints. Needs ND4J."
        })
public final class SpectrumCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description =
                    "An adapter folder of any method, compared with its base; may be given again.")
    private List<Path> adapters = List.of();

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "Compare with the base as this adapter reads it, not as it is.")
    private @Nullable Path from;

    @Option(
            names = "--other",
            paramLabel = "PATH",
            description =
                    "Another checkpoint of the same architecture, compared with --checkpoint.")
    private @Nullable String other;

    @Option(
            names = "--leading",
            paramLabel = "K",
            description =
                    "How many leading singular directions are compared. Default: ${DEFAULT-VALUE}.")
    private int leading = ModelChange.LEADING;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write every figure as JSON; - is standard output, and the table then goes to"
                            + " standard error.")
    private @Nullable String json;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write a page, spectrum.html, and its pictures as SVG files.")
    private @Nullable Path out;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (adapters.isEmpty() == (other == null)) {
            throw new IllegalArgumentException(
                    "expected either --adapter, once or more, or --other with a checkpoint");
        }
        if (from != null && adapters.isEmpty()) {
            throw new IllegalArgumentException("--from needs --adapter to compare with");
        }
        JsonReport.check(json);
        if (out != null) {
            Outputs.checkFolder("--out", out);
        }
        List<Compared> all = new ArrayList<>();
        for (Path adapter : adapters) {
            all.add(from == null ? withBase(adapter) : withAdapter(from, adapter));
        }
        if (other != null) {
            all.add(withCheckpoint(other));
        }
        if (all.stream().noneMatch(Compared::changed)) {
            throw new IllegalArgumentException(nothing(all));
        }
        report(all);
        return 0;
    }

    private Compared withBase(Path folder) throws IOException {
        try (AdaptedModel model = AdaptedModel.openWeights(folder, base::load)) {
            return compared(folder, model.metadata().baseModel(), model.vit(), model.adapted());
        }
    }

    private Compared withAdapter(Path first, Path second) throws IOException {
        try (AdaptedModel before = AdaptedModel.openWeights(first, base::load);
                AdaptedModel after = AdaptedModel.openWeights(second, base::load)) {
            return compared(second, first.toString(), before.adapted(), after.adapted());
        }
    }

    private Compared compared(Path folder, String name, Block before, Block after)
            throws IOException {
        String method = AdapterFolder.describe(folder).config().method();
        return new Compared(folder.toString(), method, name, change(method, before, after));
    }

    private Compared withCheckpoint(String text) throws IOException {
        Checkpoints.Local first = base.find();
        Checkpoints.Local second = base.find(text);
        // Both get the same empty head: two heads of other classes have nothing in common.
        try (Backbone before = base.load(first);
                Backbone after = base.load(second)) {
            return new Compared(
                    second.name(),
                    "checkpoint",
                    first.name(),
                    change("checkpoint", before.withHead(1), after.withHead(1)));
        }
    }

    private ModelChange change(String task, Block before, Block after) {
        if (!Terminal.isInteractive()) {
            return ModelChange.between(before, after, leading, (done, total) -> {});
        }
        try (ProgressBar bar = Progress.bar("spectra, " + task, 1, " matrices")) {
            return ModelChange.between(
                    before,
                    after,
                    leading,
                    (done, total) -> {
                        bar.maxHint(total);
                        bar.stepTo(done);
                    });
        }
    }

    private static String nothing(List<Compared> all) {
        List<String> said =
                all.stream()
                        .map(
                                one ->
                                        one.name()
                                                + " ("
                                                + one.method()
                                                + ") changes no weight matrix: "
                                                + one.summary())
                        .toList();
        return String.join(". ", said)
                + "; methods that train a head, biases or norms alone have no spectrum to show";
    }

    private void report(List<Compared> all) throws IOException {
        PrintWriter people =
                JsonReport.write(
                        spec.commandLine(),
                        json,
                        List.of(SpectrumJson.of(all).toString()),
                        SpectrumTable.of(all));
        if (json != null && !json.equals("-")) {
            people.println("written   " + json);
        }
        if (out != null) {
            SpectrumPage.write(all, out).forEach(file -> people.println("written   " + file));
        }
        people.flush();
    }
}
