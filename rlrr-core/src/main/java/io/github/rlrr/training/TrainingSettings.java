package io.github.rlrr.training;

import io.github.rlrr.training.Setting.Range;
import java.util.List;

/**
 * Everything that a run can be told in a number or a word, once: the table that the builder of
 * {@link FineTuner}, the command line and the documentation follow from.
 *
 * <p>A further setting is a further constant here, in {@link #ALL}, and its use.
 */
public final class TrainingSettings {

    /** The length of the run in epochs; not used when {@link #STEPS} is given. */
    public static final Setting<Integer> EPOCHS =
            new Setting<>(
                    "epochs",
                    "epochs",
                    20,
                    "N",
                    Range.atLeast(1, "epochs"),
                    "Passes over the training set.",
                    null);

    /** The length of the run in optimizer steps, in place of {@link #EPOCHS}; 0: by epochs. */
    public static final Setting<Long> STEPS =
            new Setting<>(
                    "steps",
                    "steps",
                    0L,
                    "N",
                    new Range<>("steps", value -> value >= 0, "at least 1"),
                    "Optimizer steps, in place of epochs; the last epoch may be cut short.",
                    "by epochs",
                    true);

    /** The examples of a forward. */
    public static final Setting<Integer> BATCH_SIZE =
            new Setting<>(
                    "batchSize",
                    "batch-size",
                    32,
                    "N",
                    Range.atLeast(1, "batch size"),
                    "Examples at a time.",
                    null);

    /** The batches of a step: k batches of b examples equal one of k·b, in the memory of b. */
    public static final Setting<Integer> ACCUMULATION =
            new Setting<>(
                    "accumulation",
                    "accumulate",
                    1,
                    "N",
                    Range.atLeast(1, "accumulation"),
                    "Batches whose gradients make one step.",
                    null);

    /** Whether an epoch leaves out what does not fill its last batch. */
    public static final Setting<Boolean> DROP_LAST =
            Setting.flag(
                    "dropLast",
                    "drop-last",
                    "Leave out the examples that do not fill an epoch's last batch.");

    /**
     * Whether backward computes the network's segments again (gradient checkpointing); refused for
     * a network that does not run through {@link io.github.rlrr.torch.Segment}.
     */
    public static final Setting<Boolean> RECOMPUTE =
            Setting.flag(
                    "recompute",
                    "recompute",
                    "Compute the encoder blocks again in backward rather than keep what they"
                            + " computed: far less memory, a third more time, the same result.");

    /** The peak of the schedule. */
    public static final Setting<Double> LEARNING_RATE =
            new Setting<>(
                    "learningRate",
                    "lr",
                    3e-3,
                    "X",
                    new Range<>(
                            "learning rate",
                            value -> value > 0 && Double.isFinite(value),
                            "more than 0"),
                    "The peak learning rate.",
                    null);

    /** How the rate moves. */
    public static final Setting<ScheduleKind> SCHEDULE =
            new Setting<>(
                    "schedule",
                    "schedule",
                    ScheduleKind.COSINE,
                    "NAME",
                    Range.any("schedule"),
                    "How the rate moves: cosine, linear, constant or restarts, every step; or"
                            + " published, as the published code does, once an epoch and an epoch"
                            + " late.",
                    null);

    /** The first cycle of {@link ScheduleKind#RESTARTS}; the default is the published recipe's. */
    public static final Setting<Integer> RESTART_EPOCHS =
            new Setting<>(
                    "restartEpochs",
                    "restart-epochs",
                    10,
                    "N",
                    Range.atLeast(1, "restart epochs"),
                    "The length of the first cycle of --schedule restarts.",
                    null);

    /** How the cycles of {@link ScheduleKind#RESTARTS} grow. */
    public static final Setting<Integer> RESTART_FACTOR =
            new Setting<>(
                    "restartFactor",
                    "restart-factor",
                    2,
                    "N",
                    Range.atLeast(1, "restart factor"),
                    "How many times as long each further cycle is.",
                    null);

    /** The length of the warm-up, shorter than the run; negative: the schedule's usual one. */
    public static final Setting<Double> WARMUP =
            new Setting<>(
                            "warmupEpochs",
                            "warmup",
                            -1.0,
                            "EPOCHS",
                            new Range<>("warm-up", value -> !Double.isNaN(value), "epochs"),
                            "The rise of the rate.",
                            null)
                    .usually("a tenth of the run for cosine and linear, none otherwise");

    /** λ of {@link AdamW}, for the tensors that are decayed. */
    public static final Setting<Double> WEIGHT_DECAY =
            new Setting<>(
                    "weightDecay",
                    "weight-decay",
                    5e-2,
                    "X",
                    Range.amount("weight decay"),
                    "AdamW's weight decay.",
                    null);

    /** The norm at which {@link AdamW} clips. */
    public static final Setting<Double> CLIP_NORM =
            new Setting<>(
                    "clipNorm",
                    "clip-norm",
                    0.0,
                    "X",
                    Range.amount("clip norm"),
                    "The largest norm of all gradients together; 0: not clipped.",
                    null);

    /** α of Beta(α, α), from which λ of mixup is drawn: λ·x + (1−λ)·x′. */
    public static final Setting<Double> MIXUP =
            new Setting<>(
                    "mixup",
                    "mixup",
                    0.0,
                    "ALPHA",
                    Range.amount("mixup"),
                    "Blend each image with another; 0.8 in the paper's recipe.",
                    null);

    /** α of Beta(α, α), from which the area of cutmix' box is drawn. */
    public static final Setting<Double> CUTMIX =
            new Setting<>(
                    "cutmix",
                    "cutmix",
                    0.0,
                    "ALPHA",
                    Range.amount("cutmix"),
                    "Paste a box of another image into each; 1.0 in the paper's recipe.",
                    null);

    /** Which of {@link #MIXUP} and {@link #CUTMIX} a batch gets. */
    public static final Setting<Double> CUTMIX_SHARE =
            new Setting<>(
                    "cutmixShare",
                    "cutmix-share",
                    0.5,
                    "X",
                    new Range<>("the share of cutmix", value -> value >= 0 && value <= 1, "0 to 1"),
                    "The share of batches that get cutmix where both are on.",
                    null);

    /** d of the average θ̄ ← d·θ̄ + (1−d)·θ after every step, which begins at the start values. */
    public static final Setting<Double> EMA_DECAY =
            new Setting<>(
                    "emaDecay",
                    "ema",
                    0.0,
                    "DECAY",
                    new Range<>(
                            "EMA decay",
                            value -> value >= 0 && value < 1,
                            "0 or more and less than 1"),
                    "Evaluate and keep a moving average of the trained values, such as 0.999.",
                    "0, none");

    /** Which epoch's values are kept; {@link Selection#BEST} needs a validation set. */
    public static final Setting<Selection> SELECTION =
            new Setting<>(
                    "selection",
                    "select",
                    Selection.LAST,
                    "EPOCH",
                    Range.any("selection"),
                    "Which epoch's adapter is kept: last, or best on the validation images.",
                    null);

    /** When a run that does not become better ends; needs a validation set. */
    public static final Setting<Integer> PATIENCE =
            new Setting<>(
                    "patience",
                    "patience",
                    0,
                    "N",
                    new Range<>("patience", value -> value >= 0, "0 or more epochs"),
                    "Stop after this many epochs without a better one on the validation images.",
                    "0, never");

    /** What every draw of the run derives from: order, augmentation, mixing and dropout. */
    public static final Setting<Long> SEED =
            new Setting<>(
                    "seed",
                    "seed",
                    0L,
                    "N",
                    Range.any("seed"),
                    "What every draw derives from.",
                    null);

    /** All of them, as a help text lists them. */
    public static final List<Setting<?>> ALL =
            List.of(
                    EPOCHS,
                    STEPS,
                    BATCH_SIZE,
                    ACCUMULATION,
                    DROP_LAST,
                    RECOMPUTE,
                    LEARNING_RATE,
                    SCHEDULE,
                    RESTART_EPOCHS,
                    RESTART_FACTOR,
                    WARMUP,
                    WEIGHT_DECAY,
                    CLIP_NORM,
                    MIXUP,
                    CUTMIX,
                    CUTMIX_SHARE,
                    EMA_DECAY,
                    SELECTION,
                    PATIENCE,
                    SEED);

    private TrainingSettings() {}
}
