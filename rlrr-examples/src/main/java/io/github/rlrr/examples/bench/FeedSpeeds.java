package io.github.rlrr.examples.bench;

import ai.djl.Device;
import io.github.rlrr.torch.Threads;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** Whether the loader keeps a GPU busy. */
final class FeedSpeeds {

    /** Images a second that are to reach a device, from so many cores. */
    private static final double GOAL = 3000;

    private static final int CORES = 16;

    private FeedSpeeds() {}

    /** What is measured, in order, by name. */
    static Map<String, Supplier<Verdict>> of(FeedBench feed, Device device) {
        Map<String, Supplier<Verdict>> all = new LinkedHashMap<>();
        figure(all, "images of one loader thread", feed::oneThread);
        figure(all, "images of the loader", feed::loaded);
        figure(all, "images copied to the device", feed::copied);
        if (device.isGpu()) {
            figure(all, "images copied from page-locked memory", feed::pinned);
        }
        String check = "images that reach the device";
        all.put(
                check,
                () -> {
                    int cores = Threads.processors();
                    double goal = GOAL * Math.min(cores, CORES) / CORES;
                    double found = feed.arriving();
                    return Verdict.speed(
                            check,
                            found,
                            goal,
                            "images/s",
                            String.format(
                                    Locale.ROOT,
                                    "%.0f images/s for each of %d cores; the goal is %.0f from"
                                            + " %d",
                                    found / cores,
                                    cores,
                                    GOAL,
                                    CORES));
                });
        return all;
    }

    private static void figure(
            Map<String, Supplier<Verdict>> all, String check, DoubleSupplier rate) {
        all.put(
                check,
                () ->
                        Verdict.figure(
                                check,
                                rate.getAsDouble(),
                                "images/s",
                                "224x224, random-crop and flip, float32"));
    }
}
