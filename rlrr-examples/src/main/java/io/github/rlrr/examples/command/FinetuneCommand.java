package io.github.rlrr.examples.command;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.machine.MemoryForecast;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.option.ConfigOption;
import io.github.rlrr.examples.option.DataOptions;
import io.github.rlrr.examples.option.MemoryOption;
import io.github.rlrr.examples.option.MethodOptions;
import io.github.rlrr.examples.option.PrecisionOption;
import io.github.rlrr.examples.option.PreprocessingOptions;
import io.github.rlrr.examples.option.TrainingOptions;
import io.github.rlrr.examples.output.OutFolder;
import io.github.rlrr.examples.report.StepCurve;
import io.github.rlrr.examples.run.Forecast;
import io.github.rlrr.examples.run.RunFolder;
import io.github.rlrr.examples.run.TrainingData;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.TrainingSettings;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.ResidualDropout;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
                    + " holds lists: VTAB-1k's text, FGVC's or COCO's JSON, or CSV"
                    + " (docs/data-layouts.md). An image has one label, several or numbers."
        })
public final class FinetuneCommand implements Callable<Integer> {

    @Mixin private final ConfigOption config = new ConfigOption();

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final MethodOptions method = new MethodOptions();

    @Mixin private final TrainingOptions training = new TrainingOptions();

    @Mixin private final PrecisionOption precision = new PrecisionOption();

    @Mixin private final DataOptions chosen = new DataOptions();

    @Mixin private final MemoryOption memory = new MemoryOption();

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
            print.printf("%s files under %s are no images and are left out%n", ignored, data);
        }
        FineTuneOptions options = training.options(splits.train(), seed);
        check(options, splits);
        // Nothing is loaded, and nothing deleted, before the folder is this process' own.
        try (OutFolder folder = OutFolder.hold("--out", target())) {
            finetune(folder, options, splits, print);
        }
        return 0;
    }

    private void finetune(
            OutFolder folder, FineTuneOptions options, ImageSplits splits, PrintWriter print)
            throws IOException {
        List<String> classes = splits.train().classNames();
        ResidualDropout dropout = training.residualDropout();
        Checkpoints.Local checkpoint = base.findOrPropose(yes);
        try (Backbone loaded = base.load(checkpoint)) {
            Precision type =
                    restart
                            ? precision.of(loaded, base.device())
                            : precision.of(loaded, base.device(), RunFolder.state(folder));
            Backbone vit = loaded.withHead(classes.size()).withDropout(dropout).withPrecision(type);
            Preprocessing preprocessing =
                    images.resolve(
                            base.preprocessing(checkpoint, SixteenBit.SCALE),
                            vit.config(),
                            checkpoint.name(),
                            SixteenBit.SCALE,
                            spec.commandLine().getErr());
            ImageDataset train =
                    chosen.load("train", splits.train(), preprocessing, chosen.augmentation());
            ImageDataset validation =
                    chosen.load(
                            "validation", splits.validation(), preprocessing, Augmentation.NONE);
            AdapterMetadata metadata =
                    new AdapterMetadata(checkpoint.name(), classes, preprocessing.toMap())
                            .withPrecision(type == Precision.FLOAT32 ? "" : type.toString());
            try (AdaptedBlock adapted = Rlrr.adapt(vit, method.config(seed, vit));
                    TrainingData seen =
                            TrainingData.of(
                                    vit,
                                    adapted,
                                    train,
                                    validation,
                                    options.get(TrainingSettings.BATCH_SIZE),
                                    options.get(TrainingSettings.MIXUP) > 0
                                            || options.get(TrainingSettings.CUTMIX) > 0,
                                    base.device())) {
                MemoryForecast.Step step =
                        new MemoryForecast.Step(
                                Math.min(options.get(TrainingSettings.BATCH_SIZE), train.size()),
                                adapted.parameterReport().trainable(),
                                method.isLinearProbe(),
                                options.get(TrainingSettings.RECOMPUTE));
                memory.check(vit.config(), step, base.device(), print);
                print.printf(
                        "%s training, %s validation and %s test images %s%n",
                        train.size(),
                        validation.size(),
                        splits.test().size(),
                        asked(splits.train()));
                Task task = Objects.requireNonNull(options.task());
                RunFolder files = new RunFolder(folder, task);
                if (restart) {
                    FineTuner.forget(files.state());
                }
                if (seen.kept() != null) {
                    print.println("the frozen part of the network has run once on each of them");
                }
                FineTuner.Builder tuner =
                        FineTuner.builder(seen.block())
                                .dataset(seen.train())
                                .validation(seen.validation())
                                .options(options)
                                .state(
                                        files.state(),
                                        Map.of(
                                                "dropout",
                                                dropout.toString(),
                                                PrecisionOption.RECORDED,
                                                type.toString(),
                                                "augment",
                                                chosen.augmentation().toString(),
                                                "preprocessing",
                                                preprocessing.toString()))
                                .stateInterval(Duration.ofSeconds(stateSeconds));
                int epochs = options.get(TrainingSettings.EPOCHS);
                StepCurve steps =
                        new StepCurve(
                                train.size(),
                                options.get(TrainingSettings.BATCH_SIZE)
                                        * options.get(TrainingSettings.ACCUMULATION));
                new FinetuneRun(
                                files,
                                adapted,
                                metadata,
                                validation,
                                splits.test(),
                                chosen,
                                config.effective(
                                        Map.of(
                                                "checkpoint", checkpoint.name(),
                                                "epochs", epochs,
                                                "precision", type.toString(),
                                                "out", folder.path())),
                                rejectAccuracy,
                                base.device(),
                                print)
                        .run(tuner, steps, Forecast.cheaper(method.isLinearProbe(), epochs));
            }
        }
    }

    /** What the images are asked for, in words. */
    private static String asked(ImageListing train) {
        List<String> names = train.classNames();
        return switch (train.task()) {
            case Tasks.USUAL -> "in " + names.size() + " classes";
            case MultiLabel.NAME -> "with any of " + names.size() + " labels (multi-label)";
            default -> "with the numbers " + String.join(", ", names) + " (regression)";
        };
    }

    /** Refuses what can be refused before any work, all of it at once. */
    private void check(FineTuneOptions options, ImageSplits splits) {
        List<String> faults = options.faults();
        List<Runnable> checks =
                List.of(
                        () -> method.config(seed),
                        training::residualDropout,
                        chosen::augmentation,
                        chosen::limits,
                        images::check);
        for (Runnable check : checks) {
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
        String task = splits.train().task();
        if (rejectAccuracy != null && !task.equals(Tasks.USUAL)) {
            faults.add(
                    "--reject-accuracy is for one label an image; these images are for the task "
                            + task);
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
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
                                        .replaceFirst("(?i)\\.(csv|tsv|tab|psv|txt|json)$", ""));
    }
}
