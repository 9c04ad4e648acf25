package io.github.rlrr.examples.bench;

import io.github.rlrr.training.FineTuneListener;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Times steps by wall clock and by processor time of all threads, and says each as it ends. */
final class StepClock implements FineTuneListener {

    private final BenchCase measured;
    private final PrintWriter progress;
    private final Runnable waiting;
    private final List<Double> steps = new ArrayList<>();
    private final List<Double> processor = new ArrayList<>();
    private int done;
    private long wall;
    private long cpu;

    /**
     * Prepares a clock.
     *
     * @param measured says how many steps do not count
     * @param progress where each step is told
     * @param waiting returns when the device has done all it was asked for
     */
    StepClock(BenchCase measured, PrintWriter progress, Runnable waiting) {
        this.measured = measured;
        this.progress = progress;
        this.waiting = waiting;
    }

    /** The first step begins. */
    void start() {
        wall = System.nanoTime();
        cpu = Machine.SYSTEM.getProcessCpuTime();
    }

    @Override
    public void onStep(StepProgress step) {
        tick();
    }

    /** A step ends and the next begins. */
    void tick() {
        waiting.run();
        double seconds = (System.nanoTime() - wall) / 1e9;
        double used = (Machine.SYSTEM.getProcessCpuTime() - cpu) / 1e9;
        boolean counts = ++done > measured.warmup();
        if (counts) {
            steps.add(seconds);
            processor.add(used);
        }
        progress.printf(
                Locale.ROOT,
                "%s: %s %d of %d, %.4f s%n",
                measured.title(),
                counts ? "step" : "warm-up",
                counts ? done - measured.warmup() : done,
                counts ? measured.steps() : measured.warmup(),
                seconds);
        progress.flush();
        start(); // what is printed does not count
    }

    List<Double> steps() {
        return List.copyOf(steps);
    }

    List<Double> processor() {
        return List.copyOf(processor);
    }
}
