package io.github.rlrr.examples;

import ai.djl.nn.Block;
import io.github.rlrr.tensor.AtomicFile;
import io.github.rlrr.vit.VisionTransformer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rlrr predict}: labels and probabilities of images. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Label images, with probabilities.",
            "A file that is no readable image is reported and left out; the exit code is then 1,"
                    + " unless --skip-unreadable allows it."
        })
final class PredictCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            required = true,
            description = "The adapter folder.")
    @SuppressWarnings("NullAway.Init")
    private Path adapter;

    @Option(names = "--top", defaultValue = "3", description = "Labels an image. Default: 3.")
    private int top = 3;

    @Option(
            names = "--merged",
            description = "Absorb the adapter into a plain model first: same answers, less work.")
    private boolean merged;

    @Option(names = "--json", description = "Print one JSON object an image, with every class.")
    private boolean json;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Write image,label,probability there, a row an image.")
    private @Nullable Path csv;

    @Option(names = "--all", description = "A column for each class in the CSV file as well.")
    private boolean all;

    @Option(names = "--batch-size", defaultValue = "32", description = "Default: 32.")
    private int batchSize = 32;

    @Option(
            names = "--skip-unreadable",
            paramLabel = "FRACTION",
            defaultValue = "0",
            description =
                    "The share of images, 0 to 1, that may be unreadable without a fault. Default:"
                            + " 0.")
    private double skipUnreadable;

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "Image files, or folders of them at any depth.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> images;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        check();
        List<Path> files = ImageFiles.of(images);
        try (AdaptedModel model = AdaptedModel.open(adapter, base)) {
            LabelledFiles labelled = labelled(model, files.size());
            try (labelled) {
                if (merged) {
                    try (VisionTransformer plain = model.vit().merged(model.adapted())) {
                        predict(plain, model, files, labelled);
                    }
                } else {
                    predict(model.adapted(), model, files, labelled);
                }
            }
            return conclude(files.size(), labelled.unreadable());
        }
    }

    private int conclude(int files, int unreadable) {
        PrintWriter print = spec.commandLine().getOut();
        if (csv != null && !json) {
            print.printf("labelled %d of %d images%n", files - unreadable, files);
            print.println("written  " + csv);
        }
        print.flush();
        boolean allowed = unreadable <= skipUnreadable * files && unreadable < files;
        return allowed ? 0 : RlrrCommand.FAULT;
    }

    private void check() {
        if (top < 1) {
            throw new IllegalArgumentException("--top is " + top + ", expected at least 1");
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException(
                    "--batch-size is " + batchSize + ", expected at least 1");
        }
        if (!(skipUnreadable >= 0 && skipUnreadable <= 1)) {
            throw new IllegalArgumentException(
                    "--skip-unreadable is " + skipUnreadable + ", expected 0 to 1");
        }
        if (all && csv == null) {
            throw new IllegalArgumentException(
                    "--all adds columns to a CSV file; name it with --csv FILE");
        }
    }

    private LabelledFiles labelled(AdaptedModel model, int files) {
        LabelledFiles.Lines lines =
                json
                        ? LabelledFiles.Lines.JSON
                        : csv == null ? LabelledFiles.Lines.TEXT : LabelledFiles.Lines.NONE;
        return new LabelledFiles(
                spec.commandLine(), model.metadata().classNames(), lines, top, files);
    }

    private void predict(Block block, AdaptedModel model, List<Path> files, LabelledFiles labelled)
            throws IOException {
        Predictions predictions =
                new Predictions(block, model.preprocessing(), base.device(), batchSize);
        if (csv == null) {
            predictions.of(files, labelled);
            return;
        }
        AtomicFile.write(
                csv,
                out -> {
                    Writer text =
                            new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
                    List<String> classes = model.metadata().classNames();
                    labelled.into(new PredictionCsv(text, classes, all));
                    predictions.of(files, labelled);
                    text.flush();
                });
    }
}
