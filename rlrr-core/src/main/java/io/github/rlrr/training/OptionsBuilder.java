package io.github.rlrr.training;

import io.github.rlrr.task.Task;

/**
 * What a run is told, a call each. The table of settings, {@link TrainingSettings}, has the
 * default, the range and the meaning of each.
 *
 * @param <B> the builder that this is a part of
 */
abstract class OptionsBuilder<B extends OptionsBuilder<B>> {

    private FineTuneOptions options = FineTuneOptions.usual();

    /** Sees no subclass but the builder of {@link FineTuner}. */
    OptionsBuilder() {}

    /** This builder as what it is. */
    abstract B self();

    /**
     * Sets any of the settings.
     *
     * @param <T> the type of its value
     * @param setting one of {@link TrainingSettings}
     * @param value its value
     * @return this
     */
    public <T> B set(Setting<T> setting, T value) {
        options = options.with(setting, value);
        return self();
    }

    /**
     * Sets all options at once, in place of those set before.
     *
     * @param all the options, such as another run's {@link FineTuner#options()}
     * @return this
     */
    public B options(FineTuneOptions all) {
        options = all;
        return self();
    }

    /**
     * What the run has been told so far, unchecked.
     *
     * @return the options; of a schedule of your own they know nothing
     */
    public FineTuneOptions options() {
        return options;
    }

    /**
     * Sets what the model is asked, with the settings of its loss, such as {@code new
     * SingleLabel(0.1, List.of())} for smoothed labels; by default the task that the training set
     * names, at its usual settings.
     *
     * @param value the task
     * @return this
     */
    public B task(Task value) {
        options = options.with(value);
        return self();
    }

    /**
     * Sets the cycles of {@link ScheduleKind#RESTARTS}.
     *
     * @param firstEpochs the length of the first
     * @param factor how many times as long each further one is
     * @return this
     */
    public B restarts(int firstEpochs, int factor) {
        set(TrainingSettings.RESTART_EPOCHS, firstEpochs);
        return set(TrainingSettings.RESTART_FACTOR, factor);
    }

    /**
     * Sets the length of the run; see {@link TrainingSettings#EPOCHS}.
     *
     * @param value passes over the training set
     * @return this
     */
    public B epochs(int value) {
        return set(TrainingSettings.EPOCHS, value);
    }

    /**
     * Sets the length of the run in optimizer steps, in place of epochs; see {@link
     * TrainingSettings#STEPS}.
     *
     * @param value steps; the last epoch may be cut short
     * @return this
     */
    public B steps(long value) {
        return set(TrainingSettings.STEPS, value);
    }

    /**
     * Sets the examples of a forward; see {@link TrainingSettings#BATCH_SIZE}.
     *
     * @param value their number
     * @return this
     */
    public B batchSize(int value) {
        return set(TrainingSettings.BATCH_SIZE, value);
    }

    /**
     * Sets how many batches make one optimizer step; see {@link TrainingSettings#ACCUMULATION}.
     *
     * @param value their number; the last step of an epoch may have fewer
     * @return this
     */
    public B accumulation(int value) {
        return set(TrainingSettings.ACCUMULATION, value);
    }

    /**
     * Sets whether an epoch leaves out what does not fill its last batch; see {@link
     * TrainingSettings#DROP_LAST}.
     *
     * @param value whether to leave it out
     * @return this
     */
    public B dropLast(boolean value) {
        return set(TrainingSettings.DROP_LAST, value);
    }

    /**
     * Sets whether backward computes the network's segments again rather than keep what they
     * computed; see {@link TrainingSettings#RECOMPUTE}.
     *
     * @param value whether to compute them again
     * @return this
     */
    public B recompute(boolean value) {
        return set(TrainingSettings.RECOMPUTE, value);
    }

    /**
     * Sets the peak of the schedule; see {@link TrainingSettings#LEARNING_RATE}.
     *
     * @param value the rate
     * @return this
     */
    public B learningRate(double value) {
        return set(TrainingSettings.LEARNING_RATE, value);
    }

    /**
     * Sets a schedule by its name; see {@link TrainingSettings#SCHEDULE}.
     *
     * @param value the kind
     * @return this
     */
    public B schedule(ScheduleKind value) {
        return set(TrainingSettings.SCHEDULE, value);
    }

    /**
     * Sets the length of the warm-up; see {@link TrainingSettings#WARMUP}.
     *
     * @param value epochs, less than the run has
     * @return this
     */
    public B warmupEpochs(double value) {
        return set(TrainingSettings.WARMUP, value);
    }

    /**
     * Sets AdamW's decay of the tensors that are decayed; see {@link
     * TrainingSettings#WEIGHT_DECAY}.
     *
     * @param value λ
     * @return this
     */
    public B weightDecay(double value) {
        return set(TrainingSettings.WEIGHT_DECAY, value);
    }

    /**
     * Sets the norm at which gradients are clipped; see {@link TrainingSettings#CLIP_NORM}.
     *
     * @param value the largest L2 norm of all gradients together; 0 for none
     * @return this
     */
    public B clipNorm(double value) {
        return set(TrainingSettings.CLIP_NORM, value);
    }

    /**
     * Sets how each batch is mixed with itself in reverse, whole examples blended. What is counted
     * in training, such as the accuracy, is then against each example's own target; see {@link
     * TrainingSettings#MIXUP}.
     *
     * @param value α; 0 for off
     * @return this
     */
    public B mixup(double value) {
        return set(TrainingSettings.MIXUP, value);
    }

    /**
     * Sets how each batch is mixed with itself in reverse, a box of each image its partner's; see
     * {@link TrainingSettings#CUTMIX}.
     *
     * @param value α; 0 for off
     * @return this
     */
    public B cutmix(double value) {
        return set(TrainingSettings.CUTMIX, value);
    }

    /**
     * Sets the share of batches that get cutmix where mixup is on as well; see {@link
     * TrainingSettings#CUTMIX_SHARE}.
     *
     * @param value 0 to 1
     * @return this
     */
    public B cutmixShare(double value) {
        return set(TrainingSettings.CUTMIX_SHARE, value);
    }

    /**
     * Sets the decay of a moving average of the values, which is then evaluated and kept; see
     * {@link TrainingSettings#EMA_DECAY}.
     *
     * @param value d; 0 for off
     * @return this
     */
    public B emaDecay(double value) {
        return set(TrainingSettings.EMA_DECAY, value);
    }

    /**
     * Sets which epoch's values are kept; see {@link TrainingSettings#SELECTION}.
     *
     * @param value the choice
     * @return this
     */
    public B selection(Selection value) {
        return set(TrainingSettings.SELECTION, value);
    }

    /**
     * Sets after how many epochs without a better one the run ends; see {@link
     * TrainingSettings#PATIENCE}.
     *
     * @param value epochs; 0 for never
     * @return this
     */
    public B patience(int value) {
        return set(TrainingSettings.PATIENCE, value);
    }

    /**
     * Sets the seed of all that is drawn; see {@link TrainingSettings#SEED}.
     *
     * @param value the seed
     * @return this
     */
    public B seed(long value) {
        return set(TrainingSettings.SEED, value);
    }
}
