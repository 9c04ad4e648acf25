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

    /**
     * The schedule of the published training code: it moves once an epoch, one epoch late. With e
     * the epoch, counted from 0, and t = max(0, e − 1):
     *
     * <pre>
     *   t &lt; warmup:  rate = 10⁻⁷ + t·(peak − 10⁻⁷)/warmup
     *   t &lt; cosine:  rate = 10⁻⁸ + ½·(peak − 10⁻⁸)·(1 + cos(π·t/cosine))
     *   then:        rate = 10⁻⁸
     * </pre>
     *
     * Epochs 0 and 1 run at 10⁻⁷ where there is a warm-up, and at the peak where there is none. The
     * cosine counts from the start of the run, not from the end of the warm-up, so that the peak
     * itself is never reached: with 10 and 100 epochs the highest rate is 0.976 of it, in epoch 11.
     * The published runs last 110 epochs, {@code published(peak, 10, 100)}: the last nine are at
     * the floor.
     *
     * <p>Source: the published {@code train_vtab.py}, which hands the epoch just finished to timm's
     * cosine schedule and never the one that comes.
     *
     * @param peak the rate that the warm-up heads for, above 10⁻⁷
     * @param warmupEpochs the length of the warm-up, 0 or more and less than {@code cosineEpochs}
     * @param cosineEpochs the length of the cosine, the warm-up included
     * @return the schedule
     * @throws IllegalArgumentException when the warm-up is as long as the cosine, or a value is out
     *     of range
     */
    static LearningRateSchedule published(double peak, int warmupEpochs, int cosineEpochs) {
        double start = 1e-7;
        double floor = 1e-8;
        if (!(peak > start)
                || Double.isInfinite(peak)
                || warmupEpochs < 0
                || cosineEpochs <= warmupEpochs) {
            throw new IllegalArgumentException(
                    "learning rate "
                            + peak
                            + " with a warm-up of "
                            + warmupEpochs
                            + " of "
                            + cosineEpochs
                            + " epochs; expected a rate above 1.0E-7 and a warm-up shorter than the"
                            + " cosine");
        }
        return epoch -> {
            double t = Math.max(0, Math.floor(epoch) - 1);
            if (t < warmupEpochs) {
                return start + t * ((peak - start) / warmupEpochs);
            }
            if (t >= cosineEpochs) {
                return floor;
            }
            return floor + 0.5 * (peak - floor) * (1 + Math.cos(Math.PI * t / cosineEpochs));
        };
    }
}
