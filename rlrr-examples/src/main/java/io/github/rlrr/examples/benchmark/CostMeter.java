package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.machine.ResidentMemory;
import io.github.rlrr.examples.recipe.TrialResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Measures what a trial takes, from its making on. */
final class CostMeter {

    private static final Path RESET = Path.of("/proc/self/clear_refs");

    /** What the kernel takes for: forget the peak of the resident memory. */
    private static final String FORGET_PEAK = "5";

    private final long start = System.nanoTime();
    private final double cpuStart = cpuSeconds();

    /** Begins, forgetting the peak memory so far where the platform can. */
    CostMeter() {
        if (Files.isWritable(RESET)) {
            try {
                Files.writeString(RESET, FORGET_PEAK);
            } catch (IOException e) {
                // A container may forbid it; the peak is then that of the whole process.
            }
        }
    }

    /** What it took until now. */
    TrialResult.Cost cost() {
        double seconds = (System.nanoTime() - start) / 1e9;
        return new TrialResult.Cost(
                round(seconds),
                round(cpuSeconds() - cpuStart),
                ResidentMemory.peak().orElse(0) / 1024);
    }

    private static double round(double seconds) {
        return Math.round(seconds * 100) / 100.0;
    }

    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis()
                / 1000.0;
    }
}
