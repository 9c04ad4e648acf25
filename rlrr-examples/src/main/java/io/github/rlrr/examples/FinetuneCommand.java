package io.github.rlrr.examples;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterConfig;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.LinearProbeConfig;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.training.Evaluation;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.MetricsLog;
import io.github.rlrr.vit.ResidualDropout;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.data.OutputMark;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr finetune}: trains an adapter on a folder of images. */
@Command(
        name = "finetune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Train an adapter on your images.",
            "DIR holds a folder a class, or train/, val/ and test/ with a folder a class each. What"
                    + " is missing is cut off the training images, stratified, by the seed. Or it"
                    + " holds lists: VTAB-1k's text, FGVC's JSON or CSV (docs/data-layouts.md)."
        })
final class FinetuneCommand implements Callable<Integer> {

    private static final int EVALUATION_BATCH = 64;

    @Mixin private final ConfigOption config = new ConfigOption();

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final MethodOptions method = new MethodOptions();

    @Mixin private final TrainingOptions training = new TrainingOptions();

    @Mixin private final DataOptions chosen = new DataOptions();

    @Mixin private final PreprocessingOptions images = new PreprocessingOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "The folder of images, or a list such as a CSV file.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Where adapter/, config.yaml, metrics.jsonl, curves.png and report.html go."
                            + " Default: out/<name of DIR>.")
    private @Nullable Path out;

    @Option(
            names = {"-y", "--yes"},
            description = "Download the proposed checkpoint without asking.")
    private boolean yes;

    @Option(names = "--seed", defaultValue = "0", description = "Default: 0.")
    private long seed;

    @Option(
            names = "--state-every",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "How often the state of the run is kept, in state/. Started again, a run that"
                            + " was stopped or killed goes on from there. Default: 30.")
    private int stateSeconds = 30;

    @Option(
            names = "--restart",
            description = "Begin anew where a run was stopped or killed, instead of going on.")
    private boolean restart;

    @Option(
            names = "--reject-accuracy",
            paramLabel = "SHARE",
            description =
                    "Choose a threshold on the validation images: answers less probable than it are"
                            + " rejected, of the others this share is right. Default: no threshold.")
    private @Nullable Double rejectAccuracy;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        ImageSplits splits = chosen.splits(data, seed, target());
        int ignored = splits.train().ignored();
        if (ignored > 0) {
            print.printf("%d files under %s are no images and are left out%n", ignored, data);
        }
        FineTuneOptions options = training.options(splits.train(), seed);
        AdapterConfig adapterConfig = checked(options, splits);
        List<String> classes = splits.train().classNames();
        ResidualDropout dropout = training.residualDropout();
        Checkpoints.Local checkpoint = base.findOrPropose(yes);
        try (VisionTransformer loaded = base.load(checkpoint)) {
            VisionTransformer vit =
                    loaded.withHead(classes.size())
                            .withDropout(dropout)
                            .withPrecision(training.precision());
            Preprocessing preprocessing =
                    images.resolve(
                            base.preprocessing(checkpoint),
                            vit.config(),
                            checkpoint.name(),
                            spec.commandLine().getErr());
            ImageDataset train =
                    chosen.load("train", splits.train(), preprocessing, chosen.augmentation());
            ImageDataset validation =
                    chosen.load(
                            "validation", splits.validation(), preprocessing, Augmentation.NONE);
            AdapterMetadata metadata =
                    new AdapterMetadata(checkpoint.name(), classes, preprocessing.toMap());
            try (AdaptedBlock adapted = Rlrr.adapt(vit, adapterConfig)) {
                finetune(adapted, options, train, validation, splits.test(), metadata, print);
            }
        }
        return 0;
    }

    /** Refuses what can be refused before any work, all of it at once. */
    private AdapterConfig checked(FineTuneOptions options, ImageSplits splits) {
        List<String> faults = options.faults();
        AdapterConfig adapterConfig = new LinearProbeConfig();
        try {
            adapterConfig = method.config(seed);
        } catch (IllegalArgumentException e) {
            faults.add(e.getMessage());
        }
        for (Runnable check : List.<Runnable>of(training::residualDropout, chosen::augmentation)) {
            try {
                check.run();
            } catch (IllegalArgumentException e) {
                faults.add(e.getMessage());
            }
        }
        if (splits.validation().size() == 0) {
            faults.add("there are no validation images in " + data);
        }
        if (stateSeconds < 0) {
            faults.add("--state-every is " + stateSeconds + ", expected 0 or more seconds");
        }
        if (rejectAccuracy != null && !(rejectAccuracy > 0 && rejectAccuracy <= 1)) {
            faults.add("--reject-accuracy is " + rejectAccuracy + ", expected above 0 to 1");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        return adapterConfig;
    }

    private void finetune(
            AdaptedBlock adapted,
            FineTuneOptions options,
            ImageDataset train,
            ImageDataset validation,
            ImageListing test,
            AdapterMetadata metadata,
            PrintWriter print)
            throws IOException {
        print.printf(
                "%d training, %d validation and %d test images in %d classes%n",
                train.size(), validation.size(), test.size(), train.classNames().size());
        Path target = target();
        Path state = target.resolve("state");
        if (restart) {
            Folders.delete(state);
        }
        Map<String, Object> effective =
                config.effective(
                        Map.of(
                                "checkpoint", metadata.baseModel(),
                                "epochs", options.epochs(),
                                "out", target));
        StepCurve steps = new StepCurve(train.size(), options.batchSize() * options.accumulation());
        FineTuner.Builder tuner =
                FineTuner.builder(adapted)
                        .dataset(train)
                        .validation(validation)
                        .options(options)
                        .state(
                                state,
                                Map.of(
                                        "dropout", training.residualDropout().toString(),
                                        "precision", training.precision().toString(),
                                        "augment", chosen.augmentation().toString(),
                                        "preprocessing", train.preprocessing().toString()))
                        .stateInterval(Duration.ofSeconds(stateSeconds))
                        .listener(steps);
        tuner.build();
        OutputMark.write(target);
        Path configFile = target.resolve("config.yaml");
        if (!Files.isDirectory(state)) {
            ConfigFile.write(configFile, effective);
        }
        Path adapterFolder = target.resolve("adapter");
        Path metricsFile = target.resolve("metrics.jsonl");
        try (StopSignal stop = new StopSignal();
                MetricsLog metrics = MetricsLog.create(metricsFile)) {
            FineTuneResult result =
                    TrainingRun.fit(
                            tuner,
                            adapted,
                            validation.size(),
                            metrics,
                            print,
                            stop,
                            Forecast.cheaper(method.isLinearProbe(), options.epochs()));
            ConfigFile.write(configFile, effective);
            double threshold =
                    result.stopped() || rejectAccuracy == null
                            ? 0
                            : Threshold.choose(
                                    adapted, validation, rejectAccuracy, base.device(), print);
            adapted.save(adapterFolder, metadata.withRejectBelow(threshold));
            if (result.stopped()) {
                print.printf(
                        "stopped after %d steps; the same command goes on from there%n",
                        result.steps());
            }
            Examination examination =
                    result.stopped() ? null : examine(adapted, test, validation, metrics, print);
            if (!result.stopped()) {
                // The adapter is the result; what it takes to go on is not needed any more.
                Folders.delete(state);
            }
            if (result.keptEpoch() != result.epochs().size() && result.keptEpoch() > 0) {
                print.printf("kept the adapter of epoch %d%n", result.keptEpoch());
            }
            print.println("adapter   " + adapterFolder);
            print.println("options   " + configFile);
            print.println("metrics   " + metricsFile);
            if (!result.epochs().isEmpty()) {
                Path curves = target.resolve("curves.png");
                Curves.write(Map.of(adapted.config().method(), result.epochs()), curves);
                print.println("curves    " + curves);
            }
            Path report = target.resolve("report.html");
            Map<String, String> settings = new TreeMap<>();
            metadata.preprocessing()
                    .forEach((name, value) -> settings.put(name, String.valueOf(value)));
            effective.forEach((name, value) -> settings.put(name, String.valueOf(value)));
            HtmlReport.write(
                    new RunReport(
                            data.toString(),
                            adapted.config().method(),
                            adapted.parameterReport(),
                            result,
                            steps.points(),
                            examination,
                            settings,
                            Versions.all()),
                    report);
            print.println("report    " + report);
            print.flush();
        }
    }

    /** Tests; without test images, looks at the validation images again, for the page alone. */
    private Examination examine(
            AdaptedBlock adapted,
            ImageListing test,
            ImageDataset validation,
            MetricsLog metrics,
            PrintWriter print)
            throws IOException {
        boolean tests = test.size() > 0;
        ImageDataset images =
                tests
                        ? chosen.load("test", test, validation.preprocessing(), Augmentation.NONE)
                        : validation;
        String set = tests ? "test" : "validation";
        Examination examination =
                Examination.of(adapted, images, set, EVALUATION_BATCH, base.device());
        if (tests) {
            Evaluation result = examination.figures().evaluation();
            metrics.evaluation(set, result);
            print.printf(
                    Locale.ROOT,
                    "test accuracy %.2f %% on %d images%n",
                    100 * result.accuracy(),
                    result.examples());
        }
        return examination;
    }

    private Path target() {
        if (out != null) {
            return out;
        }
        Path name = data.toAbsolutePath().normalize().getFileName();
        return Path.of("out")
                .resolve(
                        name == null
                                ? "run"
                                : name.toString()
                                        .replaceFirst("(?i)\\.(csv|tsv|tab|psv|txt)$", ""));
    }
}
