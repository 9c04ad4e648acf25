package io.github.rlrr.training;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.data.Examples;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains an adapted model: the loop.
 *
 * <p>Each step: a batch is copied to the device, the adapted block computes outputs (B, answers),
 * the loss of the {@link Task} is taken in the mean over the batch, gradients flow to the trainable
 * tensors and {@link AdamW} updates them in one call. Losses stay on the device and are read every
 * few steps. A step leaves no array behind; the base does not change.
 *
 * <p>The run depends on the seed, the data and the thread count, not on timing: on one CPU build
 * and one thread count it repeats bit for bit.
 *
 * <pre>{@code
 * FineTuneResult result =
 *         FineTuner.builder(adapted).dataset(train).validation(val).epochs(10).build().fit();
 * }</pre>
 */
public final class FineTuner {

    /** DJL has one gradient collector a process. */
    private static final AtomicBoolean TRAINING = new AtomicBoolean();

    private final TrainingLoop.Setting setting;

    private FineTuner(TrainingLoop.Setting setting) {
        this.setting = setting;
    }

    /**
     * What the run was told.
     *
     * @return its options; of a schedule of your own they know nothing
     */
    public FineTuneOptions options() {
        return setting.options();
    }

    /**
     * Begins a run's settings, at the defaults of {@link FineTuneOptions}.
     *
     * @param block the adapted model
     * @return a builder; {@code dataset} must be set
     */
    public static Builder builder(AdaptedBlock block) {
        return new Builder(block);
    }

    /**
     * Deletes the states of a run that is not to go on, and their folder where nothing else is in
     * it; one that is not there is fine. The folder is locked before.
     *
     * @param state the folder, as given to {@link Builder#state(Path)}
     * @throws java.io.IOException naming the process when one trains there, or when something
     *     cannot be deleted
     */
    public static void forget(Path state) throws java.io.IOException {
        StateFolder.delete(state);
    }

    /**
     * Trains to the end, or to the step at which it is asked to stop.
     *
     * @return what the run gave
     * @throws IllegalStateException when another run is training in this process, or the state
     *     folder holds the state of another run
     * @throws java.io.UncheckedIOException when a state cannot be written or read, another process
     *     holds the folder, or it was deleted; the last good states are intact otherwise
     * @throws ArithmeticException when the loss, in training or validation, is no longer finite;
     *     the adapter then holds the values that caused it, whichever epoch was the best
     */
    public FineTuneResult fit() {
        if (!TRAINING.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "another run is training in this process: DJL collects gradients for one at a"
                            + " time; wait for it, or start a second process");
        }
        try (TrainingLoop loop = new TrainingLoop(setting)) {
            return loop.fit();
        } finally {
            TRAINING.set(false);
        }
    }

    /**
     * A run's settings, one call each. Nothing is checked before {@link #build}, which names every
     * fault in one message.
     */
    public static final class Builder {

        private final AdaptedBlock block;
        private @Nullable Examples train;
        private @Nullable Examples validation;
        private int epochs = 20;
        private long steps;
        private int batchSize = 32;
        private int accumulation = 1;
        private boolean dropLast;
        private double learningRate = 3e-3;
        private ScheduleKind kind = ScheduleKind.COSINE;
        private double warmupEpochs = -1;
        private int restartEpochs = 10;
        private int restartFactor = 2;
        private @Nullable LearningRateSchedule schedule;
        private double weightDecay = 5e-2;
        private double clipNorm;
        private @Nullable Task task;
        private double mixup;
        private double cutmix;
        private double cutmixShare = 0.5;
        private double emaDecay;
        private Selection selection = Selection.LAST;
        private int patience;
        private boolean recompute;
        private long seed;
        private final List<FineTuneListener> listeners = new ArrayList<>();
        private BooleanSupplier stop = () -> false;
        private @Nullable Path stateFolder;
        private Map<String, String> stateFacts = Map.of();
        private Duration stateInterval = Duration.ofSeconds(30);

        private Builder(AdaptedBlock block) {
            this.block = block;
        }

        /**
         * Sets the training set. Required.
         *
         * @param data the examples; shuffled anew every epoch
         * @return this
         */
        public Builder dataset(Examples data) {
            train = data;
            return this;
        }

        /**
         * Sets a set that is evaluated after every epoch; none by default.
         *
         * @param data the examples
         * @return this
         */
        public Builder validation(Examples data) {
            validation = data;
            return this;
        }

        /**
         * Sets the length of the run; 20 by default.
         *
         * @param value passes over the training set, at least 1
         * @return this
         */
        public Builder epochs(int value) {
            epochs = value;
            return this;
        }

        /**
         * Sets the length of the run in optimizer steps, in place of epochs.
         *
         * @param value steps, at least 1; the last epoch may be cut short
         * @return this
         */
        public Builder steps(long value) {
            steps = value;
            return this;
        }

        /**
         * Sets the examples a step sees; 32 by default, as published.
         *
         * @param value at least 1; the last batch of an epoch may be smaller
         * @return this
         */
        public Builder batchSize(int value) {
            batchSize = value;
            return this;
        }

        /**
         * Sets how many batches make one optimizer step; 1 by default. The gradients of k batches
         * of b examples add up to that of one batch of k·b, in the memory of one of b.
         *
         * @param value at least 1; the last step of an epoch may have fewer
         * @return this
         */
        public Builder accumulation(int value) {
            accumulation = value;
            return this;
        }

        /**
         * Leaves out what does not fill the last batch of an epoch; kept by default.
         *
         * @param value whether to leave it out
         * @return this
         */
        public Builder dropLast(boolean value) {
            dropLast = value;
            return this;
        }

        /**
         * Sets whether backward computes the network's segments, such as a Vision Transformer's
         * encoder blocks, again rather than keep what they computed (gradient checkpointing): a
         * third more time, and memory for one segment's activations rather than for all. The
         * gradients are the same. Off by default.
         *
         * @param value whether to compute them again; {@code fit} refuses it for a network that
         *     does not run through {@link io.github.rlrr.torch.Segment}
         * @return this
         */
        public Builder recompute(boolean value) {
            recompute = value;
            return this;
        }

        /**
         * Sets the peak of the default schedule, linear warm-up over a tenth of the run and a
         * cosine down; 0.003 by default.
         *
         * @param value the rate, positive
         * @return this
         */
        public Builder learningRate(double value) {
            learningRate = value;
            return this;
        }

        /**
         * Sets the length of the warm-up; a tenth of the run by default.
         *
         * @param value epochs, less than the run has
         * @return this
         */
        public Builder warmupEpochs(double value) {
            warmupEpochs = value;
            return this;
        }

        /**
         * Sets a schedule of your own in place of rate and warm-up.
         *
         * @param value the schedule
         * @return this
         */
        public Builder schedule(LearningRateSchedule value) {
            schedule = value;
            return this;
        }

        /**
         * Sets a schedule by its name; the cosine with a warm-up by default.
         *
         * @param value the kind
         * @return this
         */
        public Builder schedule(ScheduleKind value) {
            kind = value;
            return this;
        }

        /**
         * Sets the cycles of {@link ScheduleKind#RESTARTS}; 10 and 2 by default, as in the
         * published augmented recipe.
         *
         * @param firstEpochs the length of the first, at least 1
         * @param factor how many times as long each further one is, at least 1
         * @return this
         */
        public Builder restarts(int firstEpochs, int factor) {
            restartEpochs = firstEpochs;
            restartFactor = factor;
            return this;
        }

        /**
         * Sets AdamW's decay of the tensors that are decayed; 0.05 by default.
         *
         * @param value 0 or more
         * @return this
         */
        public Builder weightDecay(double value) {
            weightDecay = value;
            return this;
        }

        /**
         * Clips the gradients at a norm, see {@link AdamW#AdamW(java.util.Collection, double,
         * double)}; not by default.
         *
         * @param value the largest L2 norm of all gradients together; 0 for none
         * @return this
         */
        public Builder clipNorm(double value) {
            clipNorm = value;
            return this;
        }

        /**
         * Sets what the model is asked, with the settings of its loss, such as {@code new
         * SingleLabel(0.1, List.of())} for smoothed labels; by default the task that the training
         * set names, at its usual settings.
         *
         * @param value the task
         * @return this
         */
        public Builder task(Task value) {
            task = value;
            return this;
        }

        /**
         * Mixes each batch with itself in reverse: whole examples blended by λ; off by default.
         * What is counted in training, such as the accuracy, is then against each example's own
         * target.
         *
         * @param alpha of Beta(α, α), from which λ is drawn; 0.8 in the published recipe, 0 for off
         * @return this
         */
        public Builder mixup(double alpha) {
            mixup = alpha;
            return this;
        }

        /**
         * Mixes each batch with itself in reverse: a box of each image is its partner's; off by
         * default.
         *
         * @param alpha of Beta(α, α), from which the box's area is drawn; 1.0 in the published
         *     recipe, 0 for off
         * @return this
         */
        public Builder cutmix(double alpha) {
            cutmix = alpha;
            return this;
        }

        /**
         * Sets the share of batches that get cutmix where mixup is on as well; 0.5 by default, as
         * published.
         *
         * @param value 0 to 1
         * @return this
         */
        public Builder cutmixShare(double value) {
            cutmixShare = value;
            return this;
        }

        /**
         * Evaluates and keeps a moving average of the values, θ̄ ← d·θ̄ + (1−d)·θ after every step,
         * that begins at the start values; off by default.
         *
         * @param value d, 0.9998 in the published recipe; 0 for off
         * @return this
         */
        public Builder emaDecay(double value) {
            emaDecay = value;
            return this;
        }

        /**
         * Sets which epoch's values are kept; the last one's by default.
         *
         * @param value the choice; {@link Selection#BEST} needs a validation set
         * @return this
         */
        public Builder selection(Selection value) {
            selection = value;
            return this;
        }

        /**
         * Ends the run when it has not become better for so long; off by default.
         *
         * @param value epochs without a better one on the validation set; 0 for off
         * @return this
         */
        public Builder patience(int value) {
            patience = value;
            return this;
        }

        /**
         * Sets the seed of the order of examples, augmentation and dropout; 0 by default.
         *
         * @param value the seed
         * @return this
         */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * Adds a listener.
         *
         * @param listener called on the training thread
         * @return this
         */
        public Builder listener(FineTuneListener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Makes the run one that can be killed at any moment: it keeps its last two states in a
         * folder, and where the folder holds states of this very run, it goes on from the newest
         * that is whole. Its values then equal, bit for bit, those of a run that never stopped, on
         * the same build and thread count. A finished run that is started again trains no step.
         *
         * @param folder for this run alone, made where missing
         * @return this
         */
        public Builder state(Path folder) {
            return state(folder, Map.of());
        }

        /**
         * As {@link #state(Path)}, for a run that is told apart by more than what this builder
         * knows, such as the augmentation of its data or the dropout of its base.
         *
         * @param folder for this run alone, made where missing
         * @param facts what else a run that goes on must have in common with the one before
         * @return this
         */
        public Builder state(Path folder, Map<String, String> facts) {
            stateFolder = folder;
            stateFacts = Map.copyOf(facts);
            return this;
        }

        /**
         * Sets the least time between two states; 30 seconds by default. One more is written at the
         * end and when the run is asked to stop.
         *
         * @param value zero for as often as losses are read
         * @return this
         */
        public Builder stateInterval(Duration value) {
            stateInterval = value;
            return this;
        }

        /**
         * Sets all options at once, in place of those set before.
         *
         * @param all the options, such as another run's {@link FineTuner#options()}
         * @return this
         */
        public Builder options(FineTuneOptions all) {
            epochs = all.epochs();
            steps = all.steps();
            batchSize = all.batchSize();
            accumulation = all.accumulation();
            dropLast = all.dropLast();
            learningRate = all.learningRate();
            kind = all.schedule();
            warmupEpochs = all.warmupEpochs();
            restartEpochs = all.restartEpochs();
            restartFactor = all.restartFactor();
            weightDecay = all.weightDecay();
            clipNorm = all.clipNorm();
            task = all.task();
            mixup = all.mixup();
            cutmix = all.cutmix();
            cutmixShare = all.cutmixShare();
            emaDecay = all.emaDecay();
            selection = all.selection();
            patience = all.patience();
            recompute = all.recompute();
            seed = all.seed();
            return this;
        }

        /**
         * Sets a question asked before every step: a run that is told to stop ends there, with its
         * adapter whole.
         *
         * @param question true to stop
         * @return this
         */
        public Builder stopWhen(BooleanSupplier question) {
            stop = question;
            return this;
        }

        /**
         * Checks everything before any work.
         *
         * @return the run
         * @throws IllegalArgumentException with all faults in one message
         */
        public FineTuner build() {
            Examples data = train;
            Task asked = task == null && data != null ? Tasks.of(data) : task;
            FineTuneOptions options = options(asked);
            List<String> faults = options.faults();
            if (data == null || asked == null) {
                faults.add("no training set; call dataset(...)");
            } else {
                checkData(faults, options, data, asked);
            }
            if (!faults.isEmpty() || data == null || asked == null) {
                throw new IllegalArgumentException(String.join("; ", faults));
            }
            TrainingLoop.Setting setting =
                    new TrainingLoop.Setting(
                            block,
                            asked,
                            data,
                            validation,
                            options,
                            schedule,
                            List.copyOf(listeners),
                            stop,
                            stateFolder,
                            stateFacts,
                            stateInterval);
            if (options.steps() > 0) {
                options.checkWarmup(faults, setting.epochs(), setting.epochs() + " epochs");
            }
            if (!faults.isEmpty()) {
                throw new IllegalArgumentException(String.join("; ", faults));
            }
            return new FineTuner(setting);
        }

        /**
         * What the run has been told so far, unchecked.
         *
         * @return the options; of a schedule of your own they know nothing
         */
        public FineTuneOptions options() {
            return options(task);
        }

        private FineTuneOptions options(@Nullable Task asked) {
            return new FineTuneOptions(
                    epochs,
                    steps,
                    batchSize,
                    accumulation,
                    dropLast,
                    learningRate,
                    kind,
                    warmupEpochs,
                    restartEpochs,
                    restartFactor,
                    weightDecay,
                    clipNorm,
                    asked,
                    mixup,
                    cutmix,
                    cutmixShare,
                    emaDecay,
                    selection,
                    patience,
                    recompute,
                    seed);
        }

        private void checkData(
                List<String> faults, FineTuneOptions options, Examples data, Task asked) {
            boolean validated = options.selection() == Selection.BEST || options.patience() > 0;
            if (validated && validation == null) {
                faults.add("selection of the best epoch and patience need a validation set");
            }
            if (options.dropLast() && data.size() < options.batchSize()) {
                faults.add(
                        data.size()
                                + " training examples do not fill a batch of "
                                + options.batchSize()
                                + ", and batches that are not full are left out");
            }
            Device device =
                    block.trainableTensors().iterator().next().parameter().getArray().getDevice();
            int outputs = Evaluation.outputs(block, data.exampleShape(), device);
            faults.addAll(asked.faults(data, validation, outputs));
            if (options.cutmix() > 0 && data.exampleShape().dimension() < 2) {
                faults.add(
                        "cutmix needs images, but an example has the shape " + data.exampleShape());
            }
        }
    }
}
