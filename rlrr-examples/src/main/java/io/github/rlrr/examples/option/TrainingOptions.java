package io.github.rlrr.examples.option;

import static io.github.rlrr.training.TrainingSettings.BATCH_SIZE;
import static io.github.rlrr.training.TrainingSettings.CLIP_NORM;
import static io.github.rlrr.training.TrainingSettings.CUTMIX_SHARE;
import static io.github.rlrr.training.TrainingSettings.EPOCHS;
import static io.github.rlrr.training.TrainingSettings.SEED;
import static io.github.rlrr.training.TrainingSettings.STEPS;
import static io.github.rlrr.training.TrainingSettings.WEIGHT_DECAY;

import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Regression;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.Setting;
import io.github.rlrr.training.Setting.Range;
import io.github.rlrr.training.TrainingSettings;
import io.github.rlrr.vit.data.ClassWeights;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.part.ResidualDropout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** How long and how an adapter is trained: the settings of a run, the network's and the loss'. */
public final class TrainingOptions {

    /** Without --epochs a run has about this many steps. */
    private static final int SENSIBLE_STEPS = 1000;

    public static final int FEWEST_EPOCHS = 5;
    private static final int MOST_EPOCHS = 30;

    private static final Setting<Double> LABEL_SMOOTHING =
            Setting.share(
                    "labelSmoothing",
                    "label-smoothing",
                    "X",
                    "Spread this share of each target over all classes.");

    private static final Setting<Boolean> BALANCE =
            Setting.flag(
                    "balance",
                    "balance",
                    "Weigh each class in the loss by its inverse frequency among the training"
                            + " images; of several labels an image, make those that have a label"
                            + " count as much as those that have not.");

    private static final Setting<Regression.Loss> LOSS =
            new Setting<>(
                    "loss",
                    "loss",
                    Regression.Loss.SQUARED,
                    "NAME",
                    new Range<>("loss", value -> true, "any"),
                    "How an error of numbers counts: squared, absolute or huber.",
                    null);

    private static final Setting<Double> HUBER_DELTA =
            new Setting<>(
                    "huberDelta",
                    "huber-delta",
                    1.0,
                    "X",
                    new Range<>("huber delta", value -> value > 0, "more than 0"),
                    "From which error on, in standard deviations, huber is absolute.",
                    null);

    private static final Setting<Double> DROPOUT =
            Setting.share(
                    "dropout",
                    "dropout",
                    "RATE",
                    "Drop this share of the last block's residual branches' elements, less toward"
                            + " the first block; what the published recipes call drop path.");

    private static final Setting<Double> STOCHASTIC_DEPTH =
            Setting.share(
                    "stochasticDepth",
                    "stochastic-depth",
                    "RATE",
                    "Likewise, but whole branches of an example.");

    /** Settings of a run that have another default on the command line. */
    private static final Map<Setting<?>, Setting<?>> OTHERWISE =
            Map.of(
                    EPOCHS,
                    EPOCHS.usually(
                            "about "
                                    + SENSIBLE_STEPS
                                    + " steps, "
                                    + FEWEST_EPOCHS
                                    + " to "
                                    + MOST_EPOCHS
                                    + " epochs"),
                    WEIGHT_DECAY,
                    WEIGHT_DECAY.usually(1e-4));

    /** The length is said in epochs; the seed is the whole command's. */
    private static final Set<Setting<?>> NOT_HERE = Set.of(STEPS, SEED);

    /** What else there is, after which setting of a run a help text lists it. */
    private static final Map<Setting<?>, List<Setting<?>>> OWN =
            Map.of(
                    CLIP_NORM, List.of(LABEL_SMOOTHING, BALANCE, LOSS, HUBER_DELTA),
                    CUTMIX_SHARE, List.of(DROPOUT, STOCHASTIC_DEPTH));

    private final SettingOptions given = new SettingOptions(listed());

    /** Read by picocli. */
    @Mixin
    @SuppressWarnings("UnusedVariable")
    private final CommandSpec options = given.spec();

    private static List<Setting<?>> listed() {
        List<Setting<?>> listed = new ArrayList<>();
        for (Setting<?> setting : TrainingSettings.ALL) {
            if (!NOT_HERE.contains(setting)) {
                listed.add(OTHERWISE.getOrDefault(setting, setting));
            }
            listed.addAll(OWN.getOrDefault(setting, List.of()));
        }
        return listed;
    }

    /** What the model drops while it trains. */
    public ResidualDropout residualDropout() {
        return new ResidualDropout(
                given.valueOrUsual(DROPOUT), given.valueOrUsual(STOCHASTIC_DEPTH));
    }

    /**
     * The options of the run, not checked yet.
     *
     * @param train the training images
     * @param seed of order, augmentation and dropout
     * @throws IllegalArgumentException when an option is for another task than the images'
     */
    public FineTuneOptions options(ImageListing train, long seed) {
        FineTuneOptions all = FineTuneOptions.usual();
        for (Setting<?> setting : TrainingSettings.ALL) {
            all = withGiven(all, setting);
        }
        if (given.value(EPOCHS) == null) {
            all = all.with(EPOCHS, sensibleEpochs(train.size(), all.get(BATCH_SIZE)));
        }
        return all.with(SEED, seed).with(task(train));
    }

    /**
     * What the images ask for.
     *
     * @throws IllegalArgumentException when an option is for another task
     */
    private Task task(ImageListing train) {
        double smoothing = given.valueOrUsual(LABEL_SMOOTHING);
        boolean balance = given.valueOrUsual(BALANCE);
        Regression.Loss loss = given.valueOrUsual(LOSS);
        double delta = given.valueOrUsual(HUBER_DELTA);
        boolean numbers = train.task().equals(Regression.NAME);
        boolean oneLabel = train.task().equals(Tasks.USUAL);
        refuse(train, smoothing != 0 && !oneLabel, "--label-smoothing is for one label an image");
        refuse(train, balance && numbers, "--balance is for labels");
        refuse(
                train,
                !numbers && loss != LOSS.usual(),
                "--loss is for numbers, which --task regression asks for");
        if (numbers) {
            return Regression.of(train.targets(), loss, delta);
        }
        if (!oneLabel) {
            return balance ? MultiLabel.balanced(train.targets()) : MultiLabel.USUAL;
        }
        return new SingleLabel(
                smoothing, balance ? ClassWeights.inverseFrequency(train) : List.of());
    }

    private static void refuse(ImageListing train, boolean wrong, String why) {
        if (wrong) {
            throw new IllegalArgumentException(
                    why + "; these images are for the task " + train.task());
        }
    }

    private <T> FineTuneOptions withGiven(FineTuneOptions all, Setting<T> setting) {
        T value = given.value(setting);
        return value == null ? all : all.with(setting, value);
    }

    private static int sensibleEpochs(int images, int batchSize) {
        int batch = Math.max(1, batchSize);
        int steps = Math.max(1, (images + batch - 1) / batch);
        int wanted = (SENSIBLE_STEPS + steps - 1) / steps;
        return Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, wanted));
    }
}
