package io.github.rlrr.examples.command;

import ai.djl.nn.Block;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.option.AdapterOption;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.LimitsOption;
import io.github.rlrr.examples.option.PrecisionOption;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.examples.prediction.ImageFiles;
import io.github.rlrr.examples.prediction.LabelledFiles;
import io.github.rlrr.examples.prediction.PredictionCsv;
import io.github.rlrr.examples.prediction.PredictionFile;
import io.github.rlrr.examples.prediction.Predictions;
import io.github.rlrr.task.Regression;
import io.github.rlrr.task.Task;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.LeftOut;
import io.github.rlrr.vit.inference.AdaptedModel;
import io.github.rlrr.vit.inference.ImagePredictor;
import io.github.rlrr.vit.part.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
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
            "Label images, with probabilities, or answer with numbers.",
            "A file that is no readable image is reported and left out, and so is an image of a"
                    + " format that is not read; the exit code is then 1, unless --skip-unreadable"
                    + " allows it."
        })
public final class PredictCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final PrecisionOption precision = new PrecisionOption();

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Source source;

    /** What labels the images. */
    private static final class Source {

        @Option(
                names = "--adapter",
                paramLabel = "DIR",
                description = "The adapter folder; its base is --checkpoint, or the one it names.")
        private @Nullable Path adapter;

        @Option(
                names = "--model",
                paramLabel = "DIR",
                description = "A folder that rlrr merge wrote, which needs no base.")
        private @Nullable Path model;
    }

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
            description =
                    "Write image,label,probability there, a row an image; for several labels"
                            + " image,labels, for numbers image and a column each. The same command"
                            + " goes on where it was stopped or killed.")
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

    @Mixin private final LimitsOption limits = new LimitsOption();

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "Image files, or folders of them at any depth.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> images;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private LeftOut unread = LeftOut.NOTHING;

    @Override
    public Integer call() throws IOException {
        check();
        Outputs.checkFile("--csv", csv);
        ImageFiles found = ImageFiles.of(images);
        List<Path> files = found.told(spec.commandLine().getErr());
        unread = found.unread();
        if (source.model != null) {
            base.requireNoBase();
            base.useThreads();
            try (ImagePredictor classifier =
                    precision
                            .applied(ImagePredictor.builder(), base.device())
                            .limits(limits.limits())
                            .open(source.model)) {
                return label(classifier, source.model, files);
            }
        }
        Path adapter = Objects.requireNonNull(source.adapter);
        try (AdaptedModel model = AdapterOption.open(adapter, base, precision)) {
            if (!merged) {
                return label(classifier(model.adapted(), model), adapter, files);
            }
            Backbone whole = model.vit().merged(model.adapted());
            try (Backbone plain = whole.forInference(precision.of(whole, base.device()))) {
                return label(classifier(plain, model), adapter, files);
            }
        }
    }

    /** Lent a block, a classifier has nothing to close. */
    private ImagePredictor classifier(Block block, AdaptedModel model) {
        return ImagePredictor.builder()
                .device(base.device())
                .limits(limits.limits())
                .rejectBelow(model.metadata().rejectBelow())
                .of(
                        block,
                        model.preprocessing(),
                        model.metadata().classNames(),
                        model.metadata().asked());
    }

    private int conclude(int readable, LabelledFiles labelled) {
        int files = readable + unread.images();
        int unreadable = labelled.unreadable() + unread.images();
        PrintWriter print = spec.commandLine().getOut();
        if (csv != null && !json) {
            print.printf("labelled %s of %s images%n", files - unreadable, files);
            print.println("written  " + csv);
        }
        print.flush();
        boolean allowed = unreadable <= skipUnreadable * files && unreadable < files;
        return allowed ? 0 : Fault.EXIT_CODE;
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
        limits.limits();
    }

    private int label(ImagePredictor classifier, Path folder, List<Path> files) throws IOException {
        LabelledFiles.Lines lines =
                json
                        ? LabelledFiles.Lines.JSON
                        : csv == null ? LabelledFiles.Lines.TEXT : LabelledFiles.Lines.NONE;
        List<String> classes = classifier.names();
        Task task = classifier.task();
        if (all && task.name().equals(Regression.NAME)) {
            throw new IllegalArgumentException(
                    "--all is for labels; numbers have a column each without it");
        }
        Predictions predictions = new Predictions(classifier, batchSize);
        try (LabelledFiles labelled =
                new LabelledFiles(spec.commandLine(), lines, top, files.size())) {
            if (csv == null) {
                predictions.of(files, labelled);
                return conclude(files.size(), labelled);
            }
            PredictionCsv form =
                    new PredictionCsv(task, classes, classifier.rejectBelow() > 0, all);
            List<Object> settings =
                    new ArrayList<>(List.of(merged, batchSize, base.holdsHalfWeights()));
            Precision type = precision.usual(base.device());
            if (type != Precision.FLOAT32) {
                settings.add(type);
            }
            try (PredictionFile file = PredictionFile.open(csv, form, files, folder, settings)) {
                if (file.done() > 0) {
                    spec.commandLine()
                            .getErr()
                            .printf(
                                    "rlrr: going on after %s of %s images%n",
                                    file.done(), files.size());
                    spec.commandLine().getErr().flush();
                }
                labelled.into(file);
                predictions.of(files.subList(file.done(), files.size()), labelled);
                file.finish();
            }
            return conclude(files.size(), labelled);
        }
    }
}
