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
        check(peak, warmupEpochs, epochs);
        double floor = 1e-8;
        return epoch -> {
            if (epoch < warmupEpochs) {
                return rise(peak, epoch, warmupEpochs);
            }
            double progress = Math.min(1, (epoch - warmupEpochs) / (epochs - warmupEpochs));
            return floor + 0.5 * (peak - floor) * (1 + Math.cos(Math.PI * progress));
        };
    }

    /**
     * Rises linearly to the peak, then falls linearly.
     *
     * <pre>
     *   epoch &lt; warmup:  rate = peak · (epoch + ½) / (warmup + ½)
     *   then:            rate = floor + (peak − floor)·(epochs − epoch)/(epochs − warmup)
     * </pre>
     *
     * @param peak the highest rate
     * @param warmupEpochs the length of the rise, 0 or more and less than {@code epochs}
     * @param epochs the length of the run
     * @return the schedule; its floor is 10⁻⁸
     * @throws IllegalArgumentException as {@link #warmupCosine}
     */
    static LearningRateSchedule warmupLinear(double peak, double warmupEpochs, double epochs) {
        check(peak, warmupEpochs, epochs);
        double floor = 1e-8;
        return epoch -> {
            if (epoch < warmupEpochs) {
                return rise(peak, epoch, warmupEpochs);
            }
            double left = Math.max(0, (epochs - epoch) / (epochs - warmupEpochs));
            return floor + (peak - floor) * left;
        };
    }

    /**
     * Rises linearly to the peak and stays there.
     *
     * @param peak the highest rate
     * @param warmupEpochs the length of the rise, 0 or more
     * @return the schedule
     * @throws IllegalArgumentException as {@link #warmupCosine}
     */
    static LearningRateSchedule warmupConstant(double peak, double warmupEpochs) {
        check(peak, warmupEpochs, Double.POSITIVE_INFINITY);
        return epoch -> epoch < warmupEpochs ? rise(peak, epoch, warmupEpochs) : peak;
    }

    /**
     * Falls along half a cosine again and again, from the peak each time. With t the epochs since
     * the last restart and T the length of the cycle:
     *
     * <pre>
     *   rate = ½·peak·(1 + cos(π·t/T))
     * </pre>
     *
     * There is no warm-up: in the published code restarts replace it. There they move once an epoch
     * and an epoch late as well: {@link #onceAnEpochLate}.
     *
     * <p>Source: Loshchilov and Hutter, SGDR, ICLR 2017.
     *
     * @param peak the highest rate
     * @param firstEpochs T of the first cycle, at least 1
     * @param factor how many times as long each further cycle is, at least 1
     * @return the schedule
     * @throws IllegalArgumentException when a value is out of range
     */
    static LearningRateSchedule warmRestarts(double peak, int firstEpochs, int factor) {
        if (!(peak > 0) || Double.isInfinite(peak) || firstEpochs < 1 || factor < 1) {
            throw new IllegalArgumentException(
                    "learning rate "
                            + peak
                            + " with restarts after "
                            + firstEpochs
                            + " epochs and factor "
                            + factor
                            + "; expected a positive rate, and at least 1 for both");
        }
        return epoch -> {
            double length = firstEpochs;
            double t = epoch;
            if (factor == 1) {
                t %= length;
            }
            while (t >= length) {
                t -= length;
                length *= factor;
            }
            return 0.5 * peak * (1 + Math.cos(Math.PI * t / length));
        };
    }

    /**
     * This schedule as the published code moves its own: once an epoch, and told the epoch just
     * finished, so that epochs 0 and 1 both run at the rate of 0.
     *
     * @return rate(max(0, ⌊epoch⌋ − 1))
     */
    default LearningRateSchedule onceAnEpochLate() {
        return epoch -> rate(Math.max(0, Math.floor(epoch) - 1));
    }

    private static double rise(double peak, double epoch, double warmupEpochs) {
        return peak * (epoch + 0.5) / (warmupEpochs + 0.5);
    }

    private static void check(double peak, double warmupEpochs, double epochs) {
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
