package io.github.rlrr.examples.bench;

import ai.djl.Device;
import io.github.rlrr.examples.machine.Devices;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one process measures.
 *
 * @param what the measurement
 * @param model a {@link BenchModel}'s name
 * @param batch examples a step
 * @param classes outputs of the head
 * @param threads within one operation; 0 for as many as libtorch takes
 * @param warmup steps that do not count
 * @param steps steps that count
 * @param how the way a step is computed
 * @param device {@code cpu}, {@code cuda}, {@code gpu} or {@code gpu:0}
 */
record BenchCase(
        What what,
        String model,
        int batch,
        int classes,
        int threads,
        int warmup,
        int steps,
        How how,
        String device) {

    /**
     * The way a step is computed.
     *
     * @param precision of matrix products
     * @param halfWeights whether the blocks' frozen weight matrices are float16
     * @param recompute whether a training step computes blocks again in backward
     * @param reading which model answers, in inference
     */
    record How(ProductType precision, boolean halfWeights, boolean recompute, Reading reading) {

        /** As it is done unless told otherwise. */
        static final How USUAL = new How(ProductType.FLOAT32, false, false, Reading.ADAPTED);

        @Override
        public String toString() {
            return (precision == ProductType.FLOAT32 ? "" : ", " + precision)
                    + (halfWeights ? ", half weights" : "")
                    + (recompute ? ", recomputing" : "");
        }
    }

    /** What is measured. */
    enum What {
        /** Optimizer steps of the trainer. */
        TRAIN,
        /** Forwards without gradients. */
        INFER,
        /** AdamW's update, and reading every parameter through the adapter. */
        OPTIMIZER
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException with every fault in one message
     */
    BenchCase {
        List<String> faults = new ArrayList<>();
        atLeast(faults, "--batch-size", batch, 1);
        atLeast(faults, "--classes", classes, 2);
        atLeast(faults, "--threads", threads, 0);
        // The first step of a process also sets up what later ones find there.
        atLeast(faults, "--warmup", warmup, 1);
        atLeast(faults, "--steps", steps, 1);
        try {
            Devices.check(device);
        } catch (IllegalArgumentException e) {
            faults.add(e.getMessage());
        }
        if (how.precision() == ProductType.TF32 && device.equals("cpu")) {
            faults.add("--precision tf32 is for NVIDIA GPUs; say --device gpu:0 too");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    private static void atLeast(List<String> faults, String option, int value, int least) {
        if (value < least) {
            faults.add(option + " is " + value + ", expected at least " + least);
        }
    }

    /** The model's geometry. */
    BenchModel geometry() {
        return BenchModel.named(model);
    }

    boolean onCpu() {
        return device.equals("cpu");
    }

    /** The device, once the engine says that there is one. */
    Device open() {
        return Devices.open(device);
    }

    /** One line for those who wait. */
    String title() {
        String size = what == What.OPTIMIZER ? "" : ", batch " + batch;
        String read = what == What.INFER ? ", " + how.reading() : "";
        return what.name().toLowerCase(Locale.ROOT) + " " + model + size + read + how;
    }
}
