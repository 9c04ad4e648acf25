package io.github.rlrr.training;

import io.github.rlrr.adapter.AdaptedBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The epochs and steps of one run, and what is said of them. */
final class TrainingLoop implements AutoCloseable {

    private static final int STEPS_BETWEEN_READINGS = 5;

    /**
     * What is trained, on what, and who is told.
     *
     * @param block the adapted classifier
     * @param train the examples
     * @param validation evaluated after every epoch, where there is one
     * @param options how
     * @param schedule the rate over the epochs; by the options where there is none
     * @param listeners who is told
     * @param stop asked before every step
     */
    record Setting(
            AdaptedBlock block,
            LabelledDataset train,
            @Nullable LabelledDataset validation,
            FineTuneOptions options,
            @Nullable LearningRateSchedule schedule,
            List<FineTuneListener> listeners,
            BooleanSupplier stop) {

        /** The steps of one epoch; the last may have fewer batches. */
        int stepsPerEpoch() {
            long examples = (long) options.batchSize() * options.accumulation();
            return Math.toIntExact((train.size() + examples - 1) / examples);
        }

        /** The length of the run. */
        double epochs() {
            return options.steps() > 0
                    ? (double) options.steps() / stepsPerEpoch()
                    : options.epochs();
        }
    }

    private final Setting setting;
    private final FineTuneOptions options;
    private final int stepsPerEpoch;
    private final long totalSteps;
    private final LearningRateSchedule schedule;
    private final TrainStep device;
    private final KeptValues kept;
    private long step;
    private double meanLoss = Double.NaN;
    private double learningRate;

    TrainingLoop(Setting setting) {
        this.setting = setting;
        options = setting.options();
        // First: the data set may throw, and nothing must be open then.
        stepsPerEpoch = setting.stepsPerEpoch();
        totalSteps =
                options.steps() > 0 ? options.steps() : (long) stepsPerEpoch * options.epochs();
        LearningRateSchedule own = setting.schedule();
        schedule = own == null ? options.schedule().of(options, setting.epochs()) : own;
        int classes = setting.train().classNames().size();
        device = new TrainStep(setting.block(), options, classes, STEPS_BETWEEN_READINGS);
        kept = new KeptValues(setting.block(), options, device.manager());
    }

    FineTuneResult fit() {
        List<EpochMetrics> metrics = new ArrayList<>();
        boolean stopped = false;
        boolean done = false;
        while (step < totalSteps && !done) {
            EpochMetrics epoch = epoch(metrics.size());
            if (epoch == null) {
                stopped = true;
                break;
            }
            metrics.add(epoch);
            done = kept.finished(epoch);
            setting.listeners().forEach(listener -> listener.onEpoch(epoch));
        }
        int keptEpoch = kept.keep(stopped ? 0 : metrics.size());
        return new FineTuneResult(metrics, step, stopped, keptEpoch);
    }

    /** Trains one epoch; null when asked to stop within it. */
    private @Nullable EpochMetrics epoch(int epoch) {
        long start = System.nanoTime();
        int seen = 0;
        double lossTotal = 0;
        List<Integer> unread = new ArrayList<>();
        try (BatchLoader loader = BatchLoader.training(setting.train(), options, epoch)) {
            while (loader.hasNext() && step < totalSteps) {
                if (setting.stop().getAsBoolean()) {
                    return null;
                }
                learningRate = rate(step);
                int examples = step(loader, unread.size());
                step++;
                seen += examples;
                unread.add(examples);
                boolean last = !loader.hasNext() || step == totalSteps;
                if (unread.size() == STEPS_BETWEEN_READINGS || last) {
                    lossTotal += readLosses(unread);
                    unread.clear();
                }
                report(epoch, examples);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double trainAccuracy = (double) device.readCorrect() / seen;
        Evaluation after = kept.with(this::validate);
        return new EpochMetrics(
                epoch + 1,
                learningRate,
                lossTotal / seen,
                trainAccuracy,
                after.loss(),
                after.accuracy(),
                seconds);
    }

    /** One update from as many batches as make a step; the examples it has seen. */
    private int step(BatchLoader loader, int place) {
        int examples = 0;
        for (int i = 0; i < options.accumulation() && loader.hasNext(); i++) {
            BatchLoader.Batch batch = loader.next();
            device.accumulate(batch, place, i == 0);
            examples += batch.size();
        }
        device.update(learningRate);
        kept.stepped();
        return examples;
    }

    private Evaluation validate() {
        LabelledDataset validation = setting.validation();
        return validation == null
                ? new Evaluation(0, Double.NaN, Double.NaN)
                : Evaluation.of(setting.block(), validation, options.batchSize(), device.device());
    }

    private double rate(long stepsBefore) {
        return schedule.rate((double) stepsBefore / stepsPerEpoch);
    }

    /** Reads the losses of the last steps; their sum over examples, given the steps' sizes. */
    private double readLosses(List<Integer> sizes) {
        float[] values = device.readLosses();
        List<Float> read = new ArrayList<>();
        double sum = 0;
        int examples = 0;
        for (int size : sizes) {
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
        setting.listeners().forEach(listener -> listener.onLosses(first, read));
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
        setting.listeners().forEach(listener -> listener.onStep(progress));
    }

    @Override
    public void close() {
        kept.close();
        device.close();
    }
}
