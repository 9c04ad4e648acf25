package io.github.rlrr.training;

/** The learning rate over a run. */
@FunctionalInterface
public interface LearningRateSchedule {

    /**
     * The rate of a step.
     *
     * @param epoch how far the run is, in epochs: step ÷ steps per epoch, from 0
     * @return the rate
     */
    double rate(double epoch);

    /**
     * The same rate throughout.
     *
     * @param rate the rate
     * @return the schedule
     */
    static LearningRateSchedule constant(double rate) {
        return epoch -> rate;
    }

    /**
     * Rises linearly to the peak, then falls along half a cosine.
     *
     * <pre>
     *   epoch &lt; warmup:  rate = peak · (epoch + ½) / (warmup + ½)
     *   then:            rate = floor + ½·(peak − floor)·(1 + cos(π·(epoch − warmup)/(epochs − warmup)))
     * </pre>
     *
     * @param peak the highest rate
     * @param warmupEpochs the length of the rise, 0 or more and less than {@code epochs}
     * @param epochs the length of the run
     * @return the schedule; its floor is 10⁻⁸
     * @throws IllegalArgumentException when the warm-up is as long as the run, or a value is not
     *     positive
     */
    static LearningRateSchedule warmupCosine(double peak, double warmupEpochs, double epochs) {
        if (!(peak > 0) || !(warmupEpochs >= 0) || !(epochs > warmupEpochs)) {
            throw new IllegalArgumentException(
                    "learning rate "
                            + peak
                            + " with a warm-up of "
                            + warmupEpochs
                            + " of "
                            + epochs
                            + " epochs; expected a positive rate and a warm-up shorter than the"
                            + " run");
        }
        double floor = 1e-8;
        return epoch -> {
            if (epoch < warmupEpochs) {
                return peak * (epoch + 0.5) / (warmupEpochs + 0.5);
            }
            double progress = Math.min(1, (epoch - warmupEpochs) / (epochs - warmupEpochs));
            return floor + 0.5 * (peak - floor) * (1 + Math.cos(Math.PI * progress));
        };
    }
}
