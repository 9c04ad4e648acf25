package io.github.rlrr.examples.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.training.FineTuneListener;
import io.github.rlrr.training.TrainingHook;
import io.github.rlrr.vit.Backbone;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of a training step goes: the batch, forward with the loss, backward, the update.
 * At the end of each the device is waited for, so that all of them together take longer than a step
 * in which nobody waits.
 */
final class StepPhases implements TrainingHook, FineTuneListener {

    /** What a step consists of, in order. */
    private enum Phase {
        BATCH,
        FORWARD,
        BACKWARD,
        UPDATE
    }

    private final int warmup;
    private final Runnable waiting;
    private final boolean waits;
    private final Map<Phase, Double> seconds = new LinkedHashMap<>();
    private long at = System.nanoTime();
    private long begun = at;
    private long counted;
    private double whole;
    private double issued;

    private StepPhases(int warmup, boolean waits, Runnable waiting) {
        this.warmup = warmup;
        this.waits = waits;
        this.waiting = waiting;
    }

    /**
     * Seconds of a step.
     *
     * @param step in training as it goes, where nobody waits
     * @param issued of that, until the last operation is asked for: a GPU computes meanwhile
     * @param phases by their names
     */
    record Figures(double step, double issued, Map<String, Double> phases) {}

    /** Measures a case twice: as it goes, and with its phases apart. */
    static Figures of(BenchCase measured) {
        StepPhases going = run(measured, false);
        StepPhases apart = run(measured, true);
        Map<String, Double> phases = new LinkedHashMap<>();
        apart.seconds.forEach(
                (phase, sum) ->
                        phases.put(
                                phase.name().toLowerCase(java.util.Locale.ROOT),
                                sum / apart.counted));
        return new Figures(going.whole / going.counted, going.issued / going.counted, phases);
    }

    private static StepPhases run(BenchCase measured, boolean waits) {
        try (NDManager manager = TorchRuntime.newManager(measured.open());
                Backbone vit =
                        measured.geometry()
                                .random(measured.classes(), measured.how().halfWeights(), manager);
                AdaptedBlock adapted = TrainBench.adapted(measured, vit)) {
            StepPhases phases =
                    new StepPhases(measured.warmup(), waits, TrainBench.waiting(measured, adapted));
            TrainBench.tuner(measured, adapted).hook(phases).listener(phases).build().fit();
            return phases;
        }
    }

    @Override
    public String name() {
        return "phases";
    }

    private void end(Phase phase, long step) {
        if (waits) {
            waiting.run();
        }
        long now = System.nanoTime();
        if (step > warmup) {
            seconds.merge(phase, (now - at) / 1e9, Double::sum);
        }
        at = now;
    }

    @Override
    public void beforeForward(Place place) {
        end(Phase.BATCH, place.step());
    }

    @Override
    public @Nullable NDArray term(Place place, NDArray inputs, NDArray outputs) {
        end(Phase.FORWARD, place.step());
        return null;
    }

    @Override
    public void afterBackward(Place place, Map<String, NDArray> gradients) {
        end(Phase.BACKWARD, place.step());
    }

    @Override
    public void onStep(StepProgress progress) {
        end(Phase.UPDATE, progress.step());
        boolean last = progress.step() == progress.totalSteps();
        if (progress.step() == warmup) {
            waiting.run();
            begun = System.nanoTime();
            at = begun;
        } else if (last) {
            issued = (System.nanoTime() - begun) / 1e9;
            waiting.run();
            whole = (System.nanoTime() - begun) / 1e9;
            counted = progress.step() - warmup;
        }
    }
}
