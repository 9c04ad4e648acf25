package io.github.rlrr.training;

import io.github.rlrr.data.Batching;
import io.github.rlrr.data.Mixing;
import io.github.rlrr.task.Task;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a run can be told, but for its data: the one record that the builder of {@link
 * FineTuner} makes.
 *
 * <p>An instance may hold nonsense; {@link #faults} finds it, and {@code FineTuner.Builder.build()}
 * refuses it with all faults in one message. A value of 0 turns an option off where it says so.
 *
 * @param epochs passes over the training set, at least 1; not used when {@code steps} is given
 * @param steps the optimizer steps of the run in place of {@code epochs}; 0: by epochs
 * @param batchSize the examples of a forward, at least 1
 * @param accumulation the batches whose gradients make one step, at least 1; k batches of b equal
 *     one of k·b
 * @param dropLast whether the examples that do not fill an epoch's last batch are left out of it
 * @param learningRate the peak rate, positive
 * @param schedule how the rate moves
 * @param warmupEpochs the length of the warm-up; negative: the schedule's usual one
 * @param restartEpochs the first cycle of warm restarts, at least 1
 * @param restartFactor how many times as long each further cycle is, at least 1
 * @param weightDecay AdamW's λ, 0 or more
 * @param clipNorm the largest L2 norm of all gradients together; 0: not clipped
 * @param task what the model is asked, with the settings of its loss; null: what the training set
 *     says
 * @param mixup α of mixup's Beta(α, α); 0: no mixup
 * @param cutmix α of cutmix's Beta(α, α); 0: no cutmix
 * @param cutmixShare the share of batches, 0 to 1, that get cutmix when both are on
 * @param emaDecay d of the moving average θ̄ ← d·θ̄ + (1−d)·θ that is evaluated and kept in place
 *     of the values themselves; 0: none
 * @param selection which epoch's values are kept
 * @param patience the epochs without a better one after which the run ends; 0: it does not
 * @param recompute whether backward computes the network's segments again rather than keep what
 *     they computed: less memory for a third more time, and the same gradients
 * @param seed of order, augmentation, mixing and dropout
 */
public record FineTuneOptions(
        int epochs,
        long steps,
        int batchSize,
        int accumulation,
        boolean dropLast,
        double learningRate,
        ScheduleKind schedule,
        double warmupEpochs,
        int restartEpochs,
        int restartFactor,
        double weightDecay,
        double clipNorm,
        @Nullable Task task,
        double mixup,
        double cutmix,
        double cutmixShare,
        double emaDecay,
        Selection selection,
        int patience,
        boolean recompute,
        long seed) {

    /** How an epoch is cut into batches. */
    Batching batching() {
        Mixing mixing = new Mixing(mixup, cutmix, cutmixShare);
        return new Batching(batchSize, accumulation, dropLast, mixing, seed);
    }

    /** The warm-up of a run of this many epochs, in epochs. */
    double warmup(double length) {
        return warmupEpochs < 0 ? schedule.usualWarmup(length) : warmupEpochs;
    }

    /**
     * What is wrong with these options by themselves.
     *
     * @return one sentence each; empty when nothing is
     */
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        check(faults, steps > 0 || epochs >= 1, "epochs is " + epochs + ", expected at least 1");
        check(faults, steps >= 0, "steps is " + steps + ", expected at least 1");
        check(faults, batchSize >= 1, "batch size is " + batchSize + ", expected at least 1");
        check(
                faults,
                accumulation >= 1,
                "accumulation is " + accumulation + ", expected at least 1");
        check(
                faults,
                learningRate > 0 && Double.isFinite(learningRate),
                "learning rate is " + learningRate + ", expected more than 0");
        check(faults, isAmount(weightDecay), notAnAmount("weight decay", weightDecay));
        check(faults, !Double.isNaN(warmupEpochs), "warm-up is NaN, expected epochs");
        check(
                faults,
                restartEpochs >= 1 && restartFactor >= 1,
                "restarts after "
                        + restartEpochs
                        + " epochs with factor "
                        + restartFactor
                        + ", expected at least 1 for both");
        check(faults, isAmount(clipNorm), notAnAmount("clip norm", clipNorm));
        if (task != null) {
            faults.addAll(task.faults());
        }
        check(faults, isAmount(mixup), notAnAmount("mixup", mixup));
        check(faults, isAmount(cutmix), notAnAmount("cutmix", cutmix));
        check(
                faults,
                cutmixShare >= 0 && cutmixShare <= 1,
                "the share of cutmix is " + cutmixShare + ", expected 0 to 1");
        check(
                faults,
                emaDecay >= 0 && emaDecay < 1,
                "EMA decay is " + emaDecay + ", expected 0 or more and less than 1");
        check(faults, patience >= 0, "patience is " + patience + ", expected 0 or more epochs");
        if (steps == 0 && epochs >= 1) {
            checkWarmup(faults, epochs, String.valueOf(epochs));
        }
        return faults;
    }

    /** The warm-up has to end before the run does. */
    void checkWarmup(List<String> faults, double length, String said) {
        double warmup = warmup(length);
        check(
                faults,
                !(warmup >= length),
                "warm-up of " + warmup + " epochs is not shorter than the run of " + said);
        check(
                faults,
                schedule != ScheduleKind.RESTARTS || !(warmup > 0),
                "warm restarts have no warm-up, but one of " + warmup + " epochs is asked for");
    }

    private static void check(List<String> faults, boolean good, String fault) {
        if (!good) {
            faults.add(fault);
        }
    }

    private static boolean isAmount(double value) {
        return value >= 0 && Double.isFinite(value);
    }

    private static String notAnAmount(String what, double value) {
        return what + " is " + value + ", expected 0 or more";
    }
}
