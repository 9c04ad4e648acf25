package io.github.rlrr.training;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.data.Examples;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.torch.DeviceMemory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private final TrainingLoop.Run setting;

    private FineTuner(TrainingLoop.Run setting) {
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

    private static Device device(AdaptedBlock block) {
        return block.trainableTensors().iterator().next().parameter().getArray().getDevice();
    }

    /**
     * What a run that is to go on was told of a fact, which a machine may choose otherwise.
     *
     * @param state the folder, as given to {@link Builder#state(Path, Map)}; it may be missing
     * @param fact its name
     * @return the value in the newest whole state; none where there is no state
     * @throws java.io.IOException when another process trains there, or all states are damaged
     */
    public static Optional<String> recorded(Path state, String fact) throws java.io.IOException {
        return TrainingState.recorded(state, fact);
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
        } catch (RuntimeException e) {
            throw DeviceMemory.explained(
                    e,
                    device(setting.block()),
                    "training steps of "
                            + setting.options().get(TrainingSettings.BATCH_SIZE)
                            + " examples",
                    "take a smaller batch size and accumulate, which trains the same, or"
                            + " recompute, or bfloat16");
        } finally {
            TRAINING.set(false);
        }
    }

    /**
     * A run's settings, one call each. Nothing is checked before {@link #build}, which names every
     * fault in one message.
     */
    public static final class Builder extends OptionsBuilder<Builder> {

        private final AdaptedBlock block;
        private @Nullable Examples train;
        private @Nullable Examples validation;
        private @Nullable LearningRateSchedule schedule;
        private final List<FineTuneListener> listeners = new ArrayList<>();
        private final List<TrainingHook> hooks = new ArrayList<>();
        private BooleanSupplier stop = () -> false;
        private @Nullable Path stateFolder;
        private Map<String, String> stateFacts = Map.of();
        private Duration stateInterval = Duration.ofSeconds(30);

        private Builder(AdaptedBlock block) {
            this.block = block;
        }

        @Override
        Builder self() {
            return this;
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
         * @param data the examples; null for none
         * @return this
         */
        public Builder validation(@Nullable Examples data) {
            validation = data;
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
         * Adds something of your own to every step; hooks are called in the order they were added.
         *
         * @param hook called on the training thread
         * @return this
         */
        public Builder hook(TrainingHook hook) {
            hooks.add(hook);
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
            Task asked = options().task();
            if (asked == null && data != null) {
                asked = Tasks.of(data);
            }
            FineTuneOptions options = asked == null ? options() : options().with(asked);
            List<String> faults = options.faults();
            if (data == null || asked == null) {
                faults.add("no training set; call dataset(...)");
            } else {
                checkData(faults, options, data, asked);
            }
            if (!faults.isEmpty() || data == null || asked == null) {
                throw new IllegalArgumentException(String.join("; ", faults));
            }
            TrainingLoop.Run setting =
                    new TrainingLoop.Run(
                            block,
                            asked,
                            data,
                            validation,
                            options,
                            schedule,
                            List.copyOf(listeners),
                            List.copyOf(hooks),
                            stop,
                            stateFolder,
                            stateFacts,
                            stateInterval);
            if (options.get(TrainingSettings.STEPS) > 0) {
                options.checkWarmup(faults, setting.epochs(), setting.epochs() + " epochs");
            }
            if (!faults.isEmpty()) {
                throw new IllegalArgumentException(String.join("; ", faults));
            }
            return new FineTuner(setting);
        }

        private void checkData(
                List<String> faults, FineTuneOptions options, Examples data, Task asked) {
            boolean validated =
                    options.get(TrainingSettings.SELECTION) == Selection.BEST
                            || options.get(TrainingSettings.PATIENCE) > 0;
            if (validated && validation == null) {
                faults.add("selection of the best epoch and patience need a validation set");
            }
            int batchSize = options.get(TrainingSettings.BATCH_SIZE);
            if (options.get(TrainingSettings.DROP_LAST) && data.size() < batchSize) {
                faults.add(
                        data.size()
                                + " training examples do not fill a batch of "
                                + batchSize
                                + ", and batches that are not full are left out");
            }
            Set<String> names = new HashSet<>();
            for (TrainingHook hook : hooks) {
                if (!names.add(hook.name())) {
                    faults.add("two hooks are named \"" + hook.name() + "\", expected one");
                }
            }
            int outputs = Evaluation.outputs(block, data.exampleShape(), device(block));
            faults.addAll(asked.faults(data, validation, outputs));
            if (options.get(TrainingSettings.CUTMIX) > 0 && data.exampleShape().dimension() < 2) {
                faults.add(
                        "cutmix needs images, but an example has the shape " + data.exampleShape());
            }
        }
    }
}
