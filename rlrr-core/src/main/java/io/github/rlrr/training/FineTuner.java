package io.github.rlrr.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains an adapted classifier: the loop.
 *
 * <p>Each step: a batch is copied to the device, the adapted block computes logits (B, classes),
 * softmax cross-entropy is taken in the mean over the batch, gradients flow to the trainable
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

    private static final int STEPS_BETWEEN_READINGS = 5;

    private static final String LOSS =
            """
              def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
                return torch.cross_entropy_loss(logits, labels)
              def keep(self, losses: Tensor, at: int, loss: Tensor) -> NoneType:
                torch.copy_(torch.select(losses, 0, at), loss)
                return None
            """;

    private final AdaptedBlock block;
    private final LabelledDataset train;
    private final @Nullable LabelledDataset validation;
    private final int epochs;
    private final int batchSize;
    private final double weightDecay;
    private final LearningRateSchedule schedule;
    private final long seed;
    private final List<FineTuneListener> listeners;
    private final BooleanSupplier stop;

    private FineTuner(Builder builder, LabelledDataset train, LearningRateSchedule schedule) {
        block = builder.block;
        this.train = train;
        validation = builder.validation;
        epochs = builder.epochs;
        batchSize = builder.batchSize;
        weightDecay = builder.weightDecay;
        this.schedule = schedule;
        seed = builder.seed;
        listeners = List.copyOf(builder.listeners);
        stop = builder.stop;
    }

    /**
     * Starts a configuration.
     *
     * @param block the adapted classifier
     * @return a builder; {@code dataset} must be set
     */
    public static Builder builder(AdaptedBlock block) {
        return new Builder(block);
    }

    /**
     * Trains to the end, or to the step at which it is asked to stop.
     *
     * @return what the run gave
     * @throws IllegalStateException when another run is training in this process
     * @throws ArithmeticException when the loss is no longer finite; the adapter then holds the
     *     values that caused it
     */
    public FineTuneResult fit() {
        if (!TRAINING.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "another run is training in this process: DJL collects gradients for one at a"
                            + " time; wait for it, or start a second process");
        }
        try (Run run = new Run()) {
            return run.fit();
        } finally {
            TRAINING.set(false);
        }
    }

    /** What lives as long as one run. */
    private final class Run implements AutoCloseable {

        // First: the data set may throw, and nothing must be open then.
        private final int stepsPerEpoch = (train.size() + batchSize - 1) / batchSize;
        private final long totalSteps = (long) stepsPerEpoch * epochs;
        private final GradMode gradients = GradMode.off();
        private final Device device = firstArray(block).getDevice();
        private final NDManager manager = NDManager.newBaseManager(device, TorchRuntime.ENGINE);
        private final ParameterStore store = new ParameterStore(manager, false);
        private final TorchProgram loss = new TorchProgram(LOSS);
        private final AdamW optimizer = new AdamW(block.trainableTensors(), weightDecay);
        private final NDArray losses =
                manager.zeros(new Shape(STEPS_BETWEEN_READINGS), DataType.FLOAT32);
        private final NDArray correct = manager.zeros(new Shape(), DataType.INT64);
        private long step;
        private double meanLoss = Double.NaN;
        private double learningRate;

        FineTuneResult fit() {
            for (Parameter parameter : block.getParameters().values()) {
                store.getValue(parameter, device, true);
            }
            for (TrainableTensor tensor : block.trainableTensors()) {
                tensor.parameter().freeze(false);
            }
            List<EpochMetrics> metrics = new ArrayList<>();
            for (int epoch = 0; epoch < epochs; epoch++) {
                EpochMetrics done = epoch(epoch);
                if (done == null) {
                    return new FineTuneResult(metrics, step, true);
                }
                metrics.add(done);
                listeners.forEach(listener -> listener.onEpoch(done));
            }
            return new FineTuneResult(metrics, step, false);
        }

        /** Trains one epoch; null when asked to stop within it. */
        private @Nullable EpochMetrics epoch(int epoch) {
            long start = System.nanoTime();
            int seen = 0;
            double lossTotal = 0;
            List<Integer> unread = new ArrayList<>();
            correct.muli(0);
            try (BatchLoader loader = BatchLoader.shuffled(train, batchSize, seed, epoch)) {
                while (loader.hasNext()) {
                    if (stop.getAsBoolean()) {
                        return null;
                    }
                    BatchLoader.Batch batch = loader.next();
                    learningRate = rate(step);
                    TorchRuntime.seed(BatchLoader.mix(seed, step));
                    trainStep(batch, unread.size());
                    step++;
                    seen += batch.size();
                    unread.add(batch.size());
                    if (unread.size() == STEPS_BETWEEN_READINGS || !loader.hasNext()) {
                        lossTotal += readLosses(unread);
                        unread.clear();
                    }
                    report(epoch, batch.size());
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            double trainAccuracy = (double) correct.getLong() / seen;
            Evaluation after =
                    validation == null
                            ? new Evaluation(0, Double.NaN, Double.NaN)
                            : Evaluation.of(block, validation, batchSize, device);
            return new EpochMetrics(
                    epoch + 1,
                    learningRate,
                    lossTotal / seen,
                    trainAccuracy,
                    after.loss(),
                    after.accuracy(),
                    seconds);
        }

        private double rate(long stepsBefore) {
            return schedule.rate((double) stepsBefore / stepsPerEpoch);
        }

        /** Updates once; the loss goes to its place among those not yet read. */
        private void trainStep(BatchLoader.Batch batch, int place) {
            try (NDManager scope = manager.newSubManager();
                    NDScope intermediate = new NDScope()) {
                intermediate.suppressNotUsedWarning();
                NDArray inputs = scope.create(batch.values(), batch.shape());
                NDArray labels = scope.create(batch.labels(), new Shape(batch.size()));
                NDArray logits;
                NDArray value;
                try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                    logits = block.forward(store, new NDList(inputs), true).head();
                    checkClasses(logits);
                    value = loss.forward(logits, labels).head();
                    collector.backward(value);
                }
                optimizer.step(learningRate);
                loss.run("keep", losses, (long) place, value);
                correct.addi(logits.argMax(1).eq(labels).toType(DataType.INT64, false).sum());
            }
        }

        private void checkClasses(NDArray logits) {
            long outputs = logits.getShape().get(1);
            if (outputs < train.classNames().size()) {
                throw new IllegalArgumentException(
                        "the data has "
                                + train.classNames().size()
                                + " classes but the model's head has "
                                + outputs
                                + " outputs; give it a head for "
                                + train.classNames().size());
            }
        }

        /** Reads the losses of the last steps; their sum over examples, given the batch sizes. */
        private double readLosses(List<Integer> batchSizes) {
            float[] values = losses.toFloatArray();
            List<Float> read = new ArrayList<>();
            double sum = 0;
            int examples = 0;
            for (int size : batchSizes) {
                float value = values[read.size()];
                read.add(value);
                sum += (double) value * size;
                examples += size;
            }
            long first = step - read.size() + 1;
            if (!Double.isFinite(sum)) {
                throw notFinite(read, first);
            }
            meanLoss = sum / examples;
            listeners.forEach(listener -> listener.onLosses(first, read));
            return sum;
        }

        private ArithmeticException notFinite(List<Float> read, long first) {
            int at = 0;
            while (Float.isFinite(read.get(at))) {
                at++;
            }
            long faulty = first + at;
            return new ArithmeticException(
                    "the loss is "
                            + read.get(at)
                            + " at step "
                            + faulty
                            + " with learning rate "
                            + rate(faulty - 1)
                            + "; try a lower learning rate");
        }

        private void report(int epoch, int examples) {
            FineTuneListener.StepProgress progress =
                    new FineTuneListener.StepProgress(
                            step, totalSteps, epoch + 1, examples, meanLoss, learningRate);
            listeners.forEach(listener -> listener.onStep(progress));
        }

        @Override
        public void close() {
            optimizer.close();
            loss.close();
            manager.close();
            gradients.close();
        }
    }

    private static NDArray firstArray(AdaptedBlock block) {
        return block.trainableTensors().iterator().next().parameter().getArray();
    }

    /** Configures a run. */
    public static final class Builder {

        private final AdaptedBlock block;
        private @Nullable LabelledDataset train;
        private @Nullable LabelledDataset validation;
        private int epochs = 20;
        private int batchSize = 32;
        private double learningRate = 3e-3;
        private double warmupEpochs = -1;
        private @Nullable LearningRateSchedule schedule;
        private double weightDecay = 5e-2;
        private long seed;
        private final List<FineTuneListener> listeners = new ArrayList<>();
        private BooleanSupplier stop = () -> false;

        private Builder(AdaptedBlock block) {
            this.block = block;
        }

        /**
         * Sets the training set. Required.
         *
         * @param data the examples; shuffled anew every epoch
         * @return this
         */
        public Builder dataset(LabelledDataset data) {
            train = data;
            return this;
        }

        /**
         * Sets a set that is evaluated after every epoch; none by default.
         *
         * @param data the examples
         * @return this
         */
        public Builder validation(LabelledDataset data) {
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
            List<String> faults = new ArrayList<>();
            if (epochs < 1) {
                faults.add("epochs is " + epochs + ", expected at least 1");
            }
            if (batchSize < 1) {
                faults.add("batch size is " + batchSize + ", expected at least 1");
            }
            if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
                faults.add("learning rate is " + learningRate + ", expected more than 0");
            }
            if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
                faults.add("weight decay is " + weightDecay + ", expected 0 or more");
            }
            double warmup = warmupEpochs < 0 ? epochs / 10.0 : warmupEpochs;
            if (warmup >= epochs && epochs >= 1) {
                faults.add(
                        "warm-up of "
                                + warmup
                                + " epochs is not shorter than the run of "
                                + epochs);
            }
            LabelledDataset data = train;
            if (data == null) {
                faults.add("no training set; call dataset(...)");
            } else if (validation != null && !validation.classNames().equals(data.classNames())) {
                faults.add(
                        "the validation set's classes "
                                + validation.classNames()
                                + " are not the training set's "
                                + data.classNames());
            }
            if (!faults.isEmpty() || data == null) {
                throw new IllegalArgumentException(String.join("; ", faults));
            }
            LearningRateSchedule chosen =
                    schedule != null
                            ? schedule
                            : LearningRateSchedule.warmupCosine(learningRate, warmup, epochs);
            return new FineTuner(this, data, chosen);
        }
    }
}
