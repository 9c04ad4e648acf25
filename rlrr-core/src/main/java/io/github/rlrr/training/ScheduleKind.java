package io.github.rlrr.training;

/** The learning-rate schedules that can be named. */
public enum ScheduleKind {
    /** {@link LearningRateSchedule#warmupCosine}. */
    COSINE,

    /** {@link LearningRateSchedule#warmupLinear}. */
    LINEAR,

    /** {@link LearningRateSchedule#warmupConstant}; no warm-up unless one is asked for. */
    CONSTANT,

    /** {@link LearningRateSchedule#warmRestarts}: no warm-up, as published. */
    RESTARTS,

    /**
     * {@link LearningRateSchedule#published}, its 10, 100 and 110 epochs shrunk or stretched to the
     * length of the run.
     */
    PUBLISHED;

    private static final double PUBLISHED_WARMUP = 10;
    private static final double PUBLISHED_COSINE = 100;
    private static final double PUBLISHED_EPOCHS = 110;

    /**
     * The schedule of a run.
     *
     * @param options the peak, the warm-up, the restarts
     * @param epochs the length of the run, fractional when it is given in steps
     * @return the rate over the epochs
     * @throws IllegalArgumentException when the schedule cannot have this peak or warm-up
     */
    LearningRateSchedule of(FineTuneOptions options, double epochs) {
        double peak = options.get(TrainingSettings.LEARNING_RATE);
        double warmup = options.warmup(epochs);
        return switch (this) {
            case COSINE -> LearningRateSchedule.warmupCosine(peak, warmup, epochs);
            case LINEAR -> LearningRateSchedule.warmupLinear(peak, warmup, epochs);
            case CONSTANT -> LearningRateSchedule.warmupConstant(peak, warmup);
            case RESTARTS ->
                    LearningRateSchedule.warmRestarts(
                            peak,
                            options.get(TrainingSettings.RESTART_EPOCHS),
                            options.get(TrainingSettings.RESTART_FACTOR));
            case PUBLISHED -> {
                double scale = epochs / PUBLISHED_EPOCHS;
                int cosine = (int) Math.max(1, Math.round(PUBLISHED_COSINE * scale));
                yield LearningRateSchedule.published(peak, (int) Math.round(warmup), cosine);
            }
        };
    }

    /** The warm-up where none is asked for, in epochs. */
    double usualWarmup(double epochs) {
        return switch (this) {
            case COSINE, LINEAR -> epochs / 10;
            case CONSTANT, RESTARTS -> 0;
            case PUBLISHED -> PUBLISHED_WARMUP * (epochs / PUBLISHED_EPOCHS);
        };
    }
}
