package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.data.BatchLoader;
import io.github.rlrr.data.Examples;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.Figure;
import io.github.rlrr.task.Figures;
import io.github.rlrr.task.Task;
import io.github.rlrr.training.RunPosition.OpenEpoch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The epochs and steps of one run, and what is said of them. */
final class TrainingLoop implements AutoCloseable {

    private static final int STEPS_BETWEEN_READINGS = 5;

    /**
     * What is trained, on what, and who is told.
     *
     * @param block the adapted model
     * @param task what it is asked
     * @param train the examples
     * @param validation evaluated after every epoch, where there is one
     * @param options how
     * @param schedule the rate over the epochs; by the options where there is none
     * @param listeners who is told
     * @param hooks what else is done in every step
     * @param stop asked before every step
     * @param state the folder of the run's states, where they are kept
     * @param facts what else tells the run apart
     * @param stateInterval the least time between two
     */
    record Run(
            AdaptedBlock block,
            Task task,
            Examples train,
            @Nullable Examples validation,
            FineTuneOptions options,
            @Nullable LearningRateSchedule schedule,
            List<FineTuneListener> listeners,
            List<TrainingHook> hooks,
            BooleanSupplier stop,
            @Nullable Path state,
            Map<String, String> facts,
            Duration stateInterval) {

        /** The steps of one epoch; the last may have fewer batches. */
        int stepsPerEpoch() {
            return options.batching().steps(train.size());
        }

        /** The length of the run. */
        double epochs() {
            long steps = options.get(TrainingSettings.STEPS);
            return steps > 0
                    ? (double) steps / stepsPerEpoch()
                    : options.get(TrainingSettings.EPOCHS);
        }
    }

    private final Run setting;
    private final FineTuneOptions options;
    private final Task task;
    private final int stepsPerEpoch;
    private final long totalSteps;
    private final LearningRateSchedule schedule;
    private final TrainStep device;
    private final KeptValues kept;
    private final @Nullable TrainingState state;
    private final List<EpochMetrics> metrics = new ArrayList<>();
    private final List<Integer> unread = new ArrayList<>();
    private OpenEpoch open;
    private long step;
    private double meanLoss = Double.NaN;
    private double learningRate;

    TrainingLoop(Run setting) {
        this.setting = setting;
        options = setting.options();
        task = setting.task();
        open = OpenEpoch.none(task);
        // First: the data set may throw, and nothing must be open then.
        stepsPerEpoch = setting.stepsPerEpoch();
        long asked = options.get(TrainingSettings.STEPS);
        totalSteps =
                asked > 0 ? asked : (long) stepsPerEpoch * options.get(TrainingSettings.EPOCHS);
        LearningRateSchedule own = setting.schedule();
        schedule =
                own == null
                        ? options.get(TrainingSettings.SCHEDULE).of(options, setting.epochs())
                        : own;
        device =
                new TrainStep(
                        setting.block(), task, options, setting.hooks(), STEPS_BETWEEN_READINGS);
        kept = new KeptValues(setting.block(), task, options, device.manager());
        try {
            state = setting.state() == null ? null : openState(setting.state());
        } catch (RuntimeException e) {
            kept.close();
            device.close();
            throw e;
        }
    }

    private TrainingState openState(Path folder) {
        Map<String, NDArray> tensors = new LinkedHashMap<>(device.state());
        tensors.putAll(kept.state());
        return new TrainingState(
                folder, setting.stateInterval(), RunIdentity.of(setting), task, tensors);
    }

    FineTuneResult fit() {
        continueFromState();
        boolean stopped = false;
        while (step < totalSteps && !kept.isOver()) {
            EpochMetrics epoch = epoch(metrics.size());
            if (epoch == null) {
                stopped = true;
                break;
            }
            metrics.add(epoch);
            kept.finished(epoch);
            setting.listeners().forEach(listener -> listener.onEpoch(epoch));
            if (state != null && state.isDue()) {
                state.write(position());
            }
        }
        if (state != null) {
            // Before the values to be kept take the place of those that training goes on with.
            state.write(position());
        }
        int keptEpoch = kept.keep(stopped ? 0 : metrics.size());
        return new FineTuneResult(metrics, step, stopped, keptEpoch);
    }

    private void continueFromState() {
        RunPosition position = state == null ? null : state.read(device.manager());
        if (position != null) {
            step = position.step();
            metrics.addAll(position.epochs());
            open = position.open();
            device.continueFrom(position.forwards());
            kept.continueFrom(position);
            setting.listeners()
                    .forEach(listener -> listener.onContinue(step, List.copyOf(metrics)));
        }
    }

    private RunPosition position() {
        return new RunPosition(
                step, device.forwards(), metrics, open, kept.best(), kept.epochsSinceBest());
    }

    /** Trains one epoch, or what is left of it; null when asked to stop within it. */
    private @Nullable EpochMetrics epoch(int epoch) {
        int batches = Math.multiplyExact(open.steps(), options.get(TrainingSettings.ACCUMULATION));
        long start = System.nanoTime();
        OpenEpoch atStart = open;
        try (BatchLoader loader =
                BatchLoader.training(
                        setting.train(), options.batching(), device::weight, epoch, batches)) {
            while (loader.hasNext() && step < totalSteps) {
                if (setting.stop().getAsBoolean()) {
                    read(atStart, start, loader.waitedNanos());
                    return null;
                }
                learningRate = rate(step);
                int examples = step(loader, unread.size());
                step++;
                unread.add(examples);
                boolean last = !loader.hasNext() || step == totalSteps;
                if (unread.size() == STEPS_BETWEEN_READINGS || last) {
                    read(atStart, start, loader.waitedNanos());
                    if (state != null && !last && state.isDue()) {
                        state.write(position());
                    }
                }
                report(epoch, examples);
            }
        }
        OpenEpoch done = open;
        open = OpenEpoch.none(task);
        Figures after = kept.with(this::validate);
        double loss = after.value(Figure.LOSS);
        if (setting.validation() != null && !Double.isFinite(loss)) {
            throw new ArithmeticException(
                    "the validation loss is "
                            + loss
                            + " after epoch "
                            + (epoch + 1)
                            + "; try a lower learning rate");
        }
        return new EpochMetrics(
                epoch + 1,
                learningRate,
                task.trained(done.lossTotal() / done.seen(), done.counts(), done.seen()),
                after,
                done.seconds(),
                done.waited());
    }

    /** One update from as many batches as make a step; the examples it has seen. */
    private int step(BatchLoader loader, int place) {
        int examples = 0;
        for (int i = 0; i < options.get(TrainingSettings.ACCUMULATION) && loader.hasNext(); i++) {
            BatchLoader.Batch batch = loader.next();
            device.accumulate(batch, place, step + 1, totalSteps, i);
            examples += batch.size();
        }
        device.update(learningRate);
        kept.stepped();
        return examples;
    }

    private Figures validate() {
        Examples validation = setting.validation();
        return validation == null
                ? task.figures()
                : Evaluation.of(
                                task,
                                setting.block(),
                                validation,
                                options.get(TrainingSettings.BATCH_SIZE),
                                device.device())
                        .figures();
    }

    private double rate(long stepsBefore) {
        return schedule.rate((double) stepsBefore / stepsPerEpoch);
    }

    /** Reads the figures of the steps since the last reading from the device. */
    private void read(OpenEpoch atStart, long start, long waitedNanos) {
        float[] values = unread.isEmpty() ? new float[0] : device.readLosses();
        List<Float> read = new ArrayList<>();
        double total = open.lossTotal();
        double sum = 0;
        int examples = 0;
        for (int size : unread) {
            float value = values[read.size()];
            read.add(value);
            // One by one, so that the total does not depend on when it is read.
            total += (double) value * size;
            sum += (double) value * size;
            examples += size;
        }
        long first = step - read.size() + 1;
        if (!Double.isFinite(sum)) {
            throw notFinite(read, first);
        }
        List<Double> counts = new ArrayList<>();
        for (double count : device.readCounts()) {
            counts.add(open.counts().get(counts.size()) + count);
        }
        open =
                new OpenEpoch(
                        open.steps() + read.size(),
                        open.seen() + examples,
                        total,
                        counts,
                        atStart.seconds() + (System.nanoTime() - start) / 1e9,
                        atStart.waited() + waitedNanos / 1e9);
        unread.clear();
        if (!read.isEmpty()) {
            meanLoss = sum / examples;
            setting.listeners().forEach(listener -> listener.onLosses(first, read));
        }
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
        setting.listeners().forEach(listener -> listener.onStep(progress));
    }

    @Override
    public void close() {
        if (state != null) {
            state.close();
        }
        kept.close();
        device.close();
    }
}
