package io.github.rlrr.examples.command;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.examples.option.AdapterOption;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.DataOptions;
import io.github.rlrr.examples.option.LimitsOption;
import io.github.rlrr.examples.option.OutsideOption;
import io.github.rlrr.examples.option.PrecisionOption;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.examples.report.EachText;
import io.github.rlrr.examples.report.FiguresJson;
import io.github.rlrr.examples.report.FiguresText;
import io.github.rlrr.examples.run.Examination;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.task.ClassificationFigures;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.LoadOptions;
import io.github.rlrr.vit.data.Question;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.inference.AdaptedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr evaluate}: how an adapter does on a folder of labelled images. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure an adapter on labelled images.",
            "Accuracy, top-5, loss, macro-F1, calibration error, figures of each class, and which"
                    + " classes are taken for which; or the figures of several labels or numbers."
        })
public final class EvaluateCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final AdapterOption adapter = new AdapterOption();

    @Mixin private final PrecisionOption precision = new PrecisionOption();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "A folder a class, or a folder with test/ that has them.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Mixin private final OutsideOption outside = new OutsideOption();

    @Option(names = "--batch-size", defaultValue = "64", description = "Default: 64.")
    private int batchSize = 64;

    @Option(names = "--json", description = "Print the figures as JSON.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Also write the figures to DIR/evaluation.json.")
    private @Nullable Path out;

    @Mixin private final LimitsOption limits = new LimitsOption();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        if (batchSize < 1) {
            throw new IllegalArgumentException(
                    "--batch-size is " + batchSize + ", expected at least 1");
        }
        limits.limits();
        if (out != null) {
            Outputs.checkFile("--out", out.resolve("evaluation.json"));
        }
        AdapterMetadata asked = AdapterFolder.describe(adapter.folder()).metadata();
        ImageListing listing =
                DataOptions.evaluated(
                        data,
                        outside.allowed(),
                        out,
                        Question.of(asked.task(), asked.classNames()));
        try (AdaptedModel model = adapter.open(base, precision)) {
            ImageDataset images =
                    DataOptions.read(
                            "reading",
                            listing.relabelled(model.metadata().classNames()),
                            model.preprocessing(),
                            Augmentation.NONE,
                            LoadOptions.defaults().withLimits(limits.limits()));
            Examination seen =
                    Examination.of(
                            model.metadata().asked(),
                            model.adapted(),
                            images,
                            "images",
                            batchSize,
                            base.device());
            ClassificationFigures figures = seen.figures();
            String text =
                    FiguresJson.text(
                            figures == null
                                    ? FiguresJson.of(asked.task(), seen)
                                    : FiguresJson.of(figures));
            if (json) {
                print.println(text);
            } else if (figures == null) {
                EachText.print(print, seen);
            } else {
                FiguresText.print(print, figures);
            }
            if (out != null) {
                Path file = out.resolve("evaluation.json");
                AtomicFile.write(file, AtomicFile.text(text + "\n"));
                if (!json) {
                    print.println();
                    print.println("figures   " + file);
                }
            }
        }
        print.flush();
        return 0;
    }
}
