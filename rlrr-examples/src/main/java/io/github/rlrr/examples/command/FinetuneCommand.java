package io.github.rlrr.examples.command;

import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.examples.console.StopSignal;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.option.ConfigFile;
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
import io.github.rlrr.examples.search.Arm;
import io.github.rlrr.examples.search.SearchOptions;
import io.github.rlrr.examples.search.SearchResult;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.training.FineTuneOptions;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
                    + " holds lists: VTAB-1k's text, FGVC's or COCO's JSON, or CSV"
                    + " (docs/data-layouts.md). An image has one label, several or numbers."
        })
public final class FinetuneCommand implements Callable<Integer> {

    /** Options that change where and how fast a search runs, not what comes out. */
    private static final Set<String> NO_MATTER =
            Set.of("out", "state-every", "threads", "device", "recompute", "ignore-memory");

    @Mixin private final ConfigOption config = new ConfigOption();

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final MethodOptions method = new MethodOptions();

    @Mixin private final TrainingOptions training = new TrainingOptions();

    @Mixin private final PrecisionOption precision = new PrecisionOption();

    @Mixin private final DataOptions chosen = new DataOptions();

    @Mixin private final MemoryOption memory = new MemoryOption();

    @Mixin private final SearchOptions search = new SearchOptions();

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
            FinetuneSetup.Common common =
                    new FinetuneSetup.Common(
                            vit,
                            train,
                            validation,
                            options,
                            Map.of(
                                    "dropout",
                                    dropout.toString(),
                                    PrecisionOption.RECORDED,
                                    type.toString(),
                                    "augment",
                                    chosen.augmentation().toString(),
                                    "preprocessing",
                                    preprocessing.toString()),
                            Duration.ofSeconds(stateSeconds),
                            base.device(),
                            print);
            print.printf(
                    "%s training, %s validation and %s test images %s%n",
                    train.size(), validation.size(), splits.test().size(), asked(splits.train()));
            RunFolder files = new RunFolder(folder, Objects.requireNonNull(options.task()));
            if (restart) {
                files.forget();
            }
            Map<String, Object> effective =
                    config.effective(
                            Map.of(
                                    "checkpoint", checkpoint.name(),
                                    "epochs", options.get(TrainingSettings.EPOCHS),
                                    "precision", type.toString(),
                                    "out", folder.path()));
            try (FinetuneSetup setup = new FinetuneSetup(common, method, memory);
                    StopSignal stop = new StopSignal()) {
                SearchResult searched = null;
                if (!search.isAsked()) {
                    effective.keySet().removeAll(SearchOptions.NAMES);
                } else {
                    files.begin(effective, print);
                    searched =
                            new FinetuneSearch(setup, search.arms(method), files, stop)
                                    .search(facts(effective), search.budget());
                    if (searched == null) {
                        print.println("stopped while searching; the same command goes on");
                        return;
                    }
                    effective = effective(effective, searched.best());
                    ConfigFile.write(files.config(), effective);
                }
                Arm arm = searched == null ? Arm.NONE : searched.best();
                int epochs = options.get(TrainingSettings.EPOCHS);
                StepCurve steps =
                        new StepCurve(
                                train.size(),
                                options.get(TrainingSettings.BATCH_SIZE)
                                        * options.get(TrainingSettings.ACCUMULATION));
                try (FinetuneSetup.Run run = setup.open(arm, files.state())) {
                    new FinetuneRun(
                                    files,
                                    run.adapted(),
                                    metadata,
                                    validation,
                                    splits.test(),
                                    chosen,
                                    effective,
                                    searched,
                                    rejectAccuracy,
                                    base.device(),
                                    print)
                            .run(
                                    run.tuner(),
                                    steps,
                                    stop,
                                    Forecast.cheaper(method.isLinearProbe(), epochs));
                }
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

    /** What tells a search from another in the same folder. */
    private static Map<String, String> facts(Map<String, Object> effective) {
        Map<String, String> facts = new TreeMap<>();
        effective.forEach(
                (name, value) -> {
                    if (!NO_MATTER.contains(name)) {
                        facts.put(name, String.valueOf(value));
                    }
                });
        return facts;
    }

    /** The options that the run with the chosen settings alone would have. */
    private static Map<String, Object> effective(Map<String, Object> asked, Arm chosen) {
        Map<String, Object> options = new TreeMap<>(asked);
        options.keySet().removeAll(SearchOptions.NAMES);
        List<Object> set = new ArrayList<>();
        if (asked.get("set") instanceof List<?> given) {
            set.addAll(given);
        }
        chosen.values()
                .forEach(
                        (name, value) -> {
                            if (asked.get(name) instanceof Double) {
                                options.put(name, value);
                            } else if (name.equals("rank")) {
                                options.put(name, value.intValue());
                            } else {
                                set.add(name + "=" + Arm.text(value));
                            }
                        });
        if (!set.isEmpty()) {
            options.put("set", set);
        }
        return options;
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
                        images::check,
                        () -> {
                            if (search.isAsked()) {
                                search.budget();
                                for (Arm arm : search.arms(method)) {
                                    method.config(seed, arm.methodSettings());
                                    faults.addAll(arm.options(options).faults());
                                }
                            }
                        });
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
