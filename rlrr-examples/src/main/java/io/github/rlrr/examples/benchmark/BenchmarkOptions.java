package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.option.LimitsOption;
import io.github.rlrr.examples.option.MemoryOption;
import io.github.rlrr.examples.recipe.SearchSpace;
import io.github.rlrr.examples.recipe.Setting;
import io.github.rlrr.examples.recipe.Variant;
import io.github.rlrr.examples.recipe.Variant.Protocol;
import io.github.rlrr.vit.image.ImageLimits;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which tasks of a benchmark are run, how, and where everything is. */
final class BenchmarkOptions {

    @Mixin private final MemoryOption memory = new MemoryOption();

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "The folder with a folder for each task (docs/recipes.md).")
    private @Nullable Path root;

    @Option(
            names = "--tasks",
            paramLabel = "T[,T...]",
            hideParamSyntax = true,
            split = ",",
            description = "Default: all.")
    private @Nullable List<String> tasks;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description = "Run each task with seeds 0 to N-1. Default: 1.")
    private int seeds = 1;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "validated",
            description = {
                "validated: train on training and validation images together and test once; with"
                        + " --search, choose on the validation images first. published: the same"
                        + " training, tested after every epoch; its best figure is chosen on the"
                        + " test images. Default: validated.",
                "Without --search both take the published hyper-parameters, which their authors"
                        + " chose, in part by test accuracy."
            })
    private Protocol protocol = Protocol.VALIDATED;

    @Option(
            names = "--search",
            paramLabel = "NAME=X,...",
            description =
                    "Try every combination of these, such as lr=0.001,0.003,dropout=0,0.1, on the"
                            + " validation images of each task, with the first seed, for all seeds;"
                            + " trials.jsonl logs them."
                            + " Names: lr, dropout, weight-decay, batch-size, epochs.")
    private @Nullable String search;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Default: the recipe's, as for the next four.")
    private @Nullable Integer epochs;

    @Option(names = "--lr", paramLabel = "X", description = "The peak learning rate.")
    private @Nullable Double learningRate;

    @Option(
            names = "--dropout",
            paramLabel = "X",
            description = "The residual dropout of the last block.")
    private @Nullable Double dropout;

    @Option(names = "--weight-decay", paramLabel = "X", description = "AdamW's weight decay.")
    private @Nullable Double weightDecay;

    @Option(names = "--batch-size", paramLabel = "N", description = "Images a step.")
    private @Nullable Integer batchSize;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Where results go; what is done there is not done again. Several processes may"
                            + " share it. Default: out/<name of the command>.")
    private @Nullable Path out;

    @Option(
            names = "--table",
            description = "Train nothing: print the tables of all results in --out.")
    private boolean tableOnly;

    @Option(
            names = "--check",
            paramLabel = "DIR",
            arity = "0..1",
            fallbackValue = "",
            description =
                    "Train nothing: compare the copy in DIR, else --root, with what was published:"
                            + " lists, numbers of images, missing files, classes.")
    private @Nullable String check;

    @Mixin private final LimitsOption limits = new LimitsOption();

    /** Which images are refused. */
    ImageLimits limits() {
        return limits.limits();
    }

    boolean checks() {
        return check != null;
    }

    boolean printsTableOnly() {
        return tableOnly;
    }

    List<String> tasks() {
        return tasks == null ? List.of() : tasks;
    }

    Path out(String command) {
        return out == null ? Path.of("out").resolve(command) : out;
    }

    /** The folder with a folder for each task. */
    Path root() {
        if (check != null && !check.isEmpty()) {
            return Path.of(check);
        }
        if (root == null) {
            throw new IllegalArgumentException(
                    "--root is missing, expected the folder with a folder for each task");
        }
        return root;
    }

    List<Long> seeds() {
        if (seeds < 1) {
            throw new IllegalArgumentException("--seeds is " + seeds + ", expected at least 1");
        }
        return LongStream.range(0, seeds).boxed().toList();
    }

    Variant variant() {
        return new Variant(protocol, search == null ? SearchSpace.NONE : SearchSpace.parse(search));
    }

    /** What is set otherwise than the recipe has it; all that cannot be is named in one message. */
    Map<Setting, Double> overrides() {
        Map<Setting, Double> given = new EnumMap<>(Setting.class);
        put(given, Setting.EPOCHS, epochs);
        put(given, Setting.LEARNING_RATE, learningRate);
        put(given, Setting.DROPOUT, dropout);
        put(given, Setting.WEIGHT_DECAY, weightDecay);
        put(given, Setting.BATCH_SIZE, batchSize);
        Setting.check(given);
        return given;
    }

    private static void put(Map<Setting, Double> given, Setting setting, @Nullable Number value) {
        if (value != null) {
            given.put(setting, value.doubleValue());
        }
    }

    /** Whether a run is stopped where its memory will not suffice. */
    MemoryOption memory() {
        return memory;
    }
}
