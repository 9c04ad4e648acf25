package io.github.rlrr.examples.recipe;

import io.github.rlrr.training.LearningRateSchedule;
import java.util.Set;

/**
 * How a recipe trains, beyond what differs from task to task.
 *
 * @param epochs the published length of a run
 * @param cosineEpochs of these, the length of the cosine; the rest runs at the floor
 * @param restartEpochs the first cycle of warm restarts in place of warm-up and cosine; 0: none
 * @param restartFactor how many times as long each further cycle is
 * @param mixup α of mixup's Beta(α, α); 0: no mixup
 * @param cutmix α of cutmix's Beta(α, α); 0: no cutmix
 * @param cutmixShare the share of batches that get cutmix
 * @param labelSmoothing ε, which is spread over all classes
 * @param emaDecay the decay of the moving average that is tested; 0: none
 */
public record Regime(
        int epochs,
        int cosineEpochs,
        int restartEpochs,
        int restartFactor,
        double mixup,
        double cutmix,
        double cutmixShare,
        double labelSmoothing,
        double emaDecay) {

    /** VTAB-1k: 100 epochs of warm-up and cosine, 10 at the floor. */
    public static final Regime VTAB = new Regime(110, 100, 0, 1, 0, 0, 0, 0, 0);

    private static final Regime FGVC = new Regime(60, 50, 0, 1, 0, 0, 0, 0, 0);
    private static final Regime FGVC_RESTARTS = new Regime(60, 50, 5, 1, 0, 0, 0, 0, 0);
    private static final Regime FGVC_AUGMENTED =
            new Regime(110, 100, 10, 2, 0.8, 1.0, 0.5, 0.1, 0.9998);

    private static final Set<String> RESTARTED = Set.of("CUB_200_2011", "StanfordDogs");
    private static final int WARMUP_EPOCHS = 10;

    /**
     * How a task of FGVC is trained.
     *
     * @param task its name
     * @param augmented whether by the augmented recipe
     * @return plain: 50 + 10 epochs, with warm restarts every 5 for CUB and Dogs alone; augmented:
     *     100 + 10 with restarts after 10, 20, 40 …
     */
    public static Regime fgvc(String task, boolean augmented) {
        if (augmented) {
            return FGVC_AUGMENTED;
        }
        return RESTARTED.contains(task) ? FGVC_RESTARTS : FGVC;
    }

    /**
     * The learning rate as the published code moves it: once an epoch and an epoch late.
     *
     * @param peak the peak rate
     * @param length the epochs of the run; of another length than published, warm-up and cosine are
     *     shrunk or stretched with it, while restarts keep their cycles
     * @return the schedule
     */
    public LearningRateSchedule schedule(double peak, int length) {
        if (restartEpochs > 0) {
            return LearningRateSchedule.warmRestarts(peak, restartEpochs, restartFactor)
                    .onceAnEpochLate();
        }
        double scale = (double) length / epochs;
        int cosine = (int) Math.max(1, Math.round(cosineEpochs * scale));
        int warmup = (int) Math.min(cosine - 1, Math.round(WARMUP_EPOCHS * scale));
        return LearningRateSchedule.published(peak, warmup, cosine);
    }
}
