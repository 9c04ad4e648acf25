package io.github.rlrr.examples.option;

import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.ScheduleKind;
import io.github.rlrr.training.Selection;
import io.github.rlrr.vit.data.ClassWeights;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.ResidualDropout;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long and how an adapter is trained. */
public final class TrainingOptions {

    /** Without --epochs a run has about this many steps. */
    private static final int SENSIBLE_STEPS = 1000;

    public static final int FEWEST_EPOCHS = 5;
    private static final int MOST_EPOCHS = 30;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description =
                    "Passes over the training images. Default: about "
                            + SENSIBLE_STEPS
                            + " steps, "
                            + FEWEST_EPOCHS
                            + " to "
                            + MOST_EPOCHS
                            + " epochs.")
    private @Nullable Integer epochs;

    @Option(names = "--batch-size", defaultValue = "32", description = "Default: 32.")
    private int batchSize = 32;

    @Option(
            names = "--accumulate",
            paramLabel = "N",
            defaultValue = "1",
            description = "Batches whose gradients make one step. Default: 1.")
    private int accumulation = 1;

    @Option(
            names = "--drop-last",
            description = "Leave out the images that do not fill an epoch's last batch.")
    private boolean dropLast;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description =
                    "The type of the encoder blocks' matrix products: float32, or bfloat16, which"
                            + " is for GPUs. Default: ${DEFAULT-VALUE}.")
    private Precision precision = Precision.FLOAT32;

    @Option(
            names = "--recompute",
            description =
                    "Compute the encoder blocks again in backward rather than keep what they"
                            + " computed: far less memory, a third more time, the same result.")
    private boolean recompute;

    @Option(
            names = "--lr",
            defaultValue = "0.003",
            description = "The peak learning rate. Default: ${DEFAULT-VALUE}.")
    private double learningRate = 0.003;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            defaultValue = "cosine",
            description =
                    "How the rate moves: cosine, linear, constant or restarts, every step; or"
                            + " published, as the published code does, once an epoch and an epoch"
                            + " late. Default: ${DEFAULT-VALUE}.")
    private ScheduleKind schedule = ScheduleKind.COSINE;

    @Option(
            names = "--restart-epochs",
            paramLabel = "N",
            defaultValue = "10",
            description = "The length of the first cycle of --schedule restarts. Default: 10.")
    private int restartEpochs = 10;

    @Option(
            names = "--restart-factor",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many times as long each further cycle is. Default: 2.")
    private int restartFactor = 2;

    @Option(
            names = "--warmup",
            paramLabel = "EPOCHS",
            description = "Default: a tenth of the run for cosine and linear, none otherwise.")
    private @Nullable Double warmup;

    @Option(
            names = "--weight-decay",
            defaultValue = "0.0001",
            description = "AdamW's weight decay. Default: ${DEFAULT-VALUE}.")
    private double weightDecay = 1e-4;

    @Option(
            names = "--clip-norm",
            paramLabel = "X",
            defaultValue = "0",
            description = "The largest norm of all gradients together; 0: not clipped. Default: 0.")
    private double clipNorm;

    @Option(
            names = "--label-smoothing",
            paramLabel = "X",
            defaultValue = "0",
            description = "Spread this share of each target over all classes. Default: 0.")
    private double labelSmoothing;

    @Option(
            names = "--balance",
            description =
                    "Weigh each class in the loss by its inverse frequency among the training"
                            + " images.")
    private boolean balance;

    @Option(
            names = "--mixup",
            paramLabel = "ALPHA",
            defaultValue = "0",
            description = "Blend each image with another; 0.8 in the paper's recipe. Default: 0.")
    private double mixup;

    @Option(
            names = "--cutmix",
            paramLabel = "ALPHA",
            defaultValue = "0",
            description =
                    "Paste a box of another image into each; 1.0 in the paper's recipe. Default: 0.")
    private double cutmix;

    @Option(
            names = "--cutmix-share",
            paramLabel = "X",
            defaultValue = "0.5",
            description = "The share of batches that get cutmix where both are on. Default: 0.5.")
    private double cutmixShare = 0.5;

    @Option(
            names = "--dropout",
            paramLabel = "RATE",
            defaultValue = "0",
            description =
                    "Drop this share of the last block's residual branches' elements, less toward"
                            + " the first block; what the published recipes call drop path."
                            + " Default: 0.")
    private double dropout;

    @Option(
            names = "--stochastic-depth",
            paramLabel = "RATE",
            defaultValue = "0",
            description = "Likewise, but whole branches of an example. Default: 0.")
    private double stochasticDepth;

    @Option(
            names = "--ema",
            paramLabel = "DECAY",
            defaultValue = "0",
            description =
                    "Evaluate and keep a moving average of the trained values, such as 0.999."
                            + " Default: 0, none.")
    private double emaDecay;

    @Option(
            names = "--select",
            paramLabel = "EPOCH",
            defaultValue = "last",
            description =
                    "Which epoch's adapter is kept: last, or best on the validation images."
                            + " Default: last.")
    private Selection selection = Selection.LAST;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Stop after this many epochs without a better one on the validation images."
                            + " Default: 0, never.")
    private int patience;

    /** What the model drops while it trains. */
    public Precision precision() {
        return precision;
    }

    public ResidualDropout residualDropout() {
        return new ResidualDropout(dropout, stochasticDepth);
    }

    /**
     * The options of the run, not checked yet.
     *
     * @param train the training images
     * @param seed of order, augmentation and dropout
     */
    public FineTuneOptions options(ImageListing train, long seed) {
        return new FineTuneOptions(
                epochs == null ? sensibleEpochs(train.size()) : epochs,
                0,
                batchSize,
                accumulation,
                dropLast,
                learningRate,
                schedule,
                warmup == null ? -1 : warmup,
                restartEpochs,
                restartFactor,
                weightDecay,
                clipNorm,
                new SingleLabel(
                        labelSmoothing, balance ? ClassWeights.inverseFrequency(train) : List.of()),
                mixup,
                cutmix,
                cutmixShare,
                emaDecay,
                selection,
                patience,
                recompute,
                seed);
    }

    private int sensibleEpochs(int images) {
        int batch = Math.max(1, batchSize);
        int steps = Math.max(1, (images + batch - 1) / batch);
        int wanted = (SENSIBLE_STEPS + steps - 1) / steps;
        return Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, wanted));
    }
}
