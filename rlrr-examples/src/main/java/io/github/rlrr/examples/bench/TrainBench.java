package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.machine.ResidentMemory;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.ScheduleKind;
import io.github.rlrr.vit.Backbone;
import java.io.PrintWriter;
import java.util.Map;
import java.util.OptionalLong;

/** Measures optimizer steps of {@link FineTuner}, RLRR as published, on random images in memory. */
final class TrainBench {

    private static final double LEARNING_RATE = 1e-3;
    private static final double WEIGHT_DECAY = 1e-4;

    private TrainBench() {}

    static Measurement measure(BenchCase measured, PrintWriter progress) {
        BenchModel model = measured.geometry();
        Device device = measured.open();
        StepClock clock;
        OptionalLong peak;
        try (NDManager manager = TorchRuntime.newManager(device);
                Backbone vit =
                        model.random(measured.classes(), measured.how().halfWeights(), manager);
                AdaptedBlock adapted = adapted(measured, vit)) {
            clock = new StepClock(measured, progress, waiting(measured, adapted));
            FineTuner tuner = tuner(measured, adapted).listener(clock).build();
            clock.start();
            tuner.fit();
            peak = ResidentMemory.peak();
        }
        // The model is gone: the products have the memory to themselves.
        StepProducts products = StepProducts.training(model.parts(), measured.batch());
        Double floor = ProductFloor.of(measured, products, device);
        return Measurement.of(measured, clock, Map.of(), peak, products.flops(), floor);
    }

    /** RLRR as published. */
    static AdaptedBlock adapted(BenchCase measured, Backbone vit) {
        return Rlrr.adapt(
                vit.withPrecision(measured.how().precision().precision()), RlrrConfig.published());
    }

    /** All that a case says about training; one epoch of just the steps there are. */
    static FineTuner.Builder tuner(BenchCase measured, AdaptedBlock adapted) {
        int steps = measured.warmup() + measured.steps();
        RandomImages images =
                new RandomImages(
                        measured.geometry().config(),
                        measured.classes(),
                        Math.multiplyExact(steps, measured.batch()));
        return FineTuner.builder(adapted)
                .dataset(images)
                .steps(steps)
                .recompute(measured.how().recompute())
                .batchSize(measured.batch())
                .schedule(ScheduleKind.CONSTANT)
                .learningRate(LEARNING_RATE)
                .weightDecay(WEIGHT_DECAY);
    }

    /** A CPU is done when the call returns; of a GPU a value is read that the step has changed. */
    static Runnable waiting(BenchCase measured, AdaptedBlock adapted) {
        if (measured.onCpu()) {
            return () -> {};
        }
        return () ->
                adapted.trainableTensors().iterator().next().parameter().getArray().toFloatArray();
    }
}
