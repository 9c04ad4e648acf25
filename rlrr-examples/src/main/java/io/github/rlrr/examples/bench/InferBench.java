package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.machine.ResidentMemory;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import java.io.PrintWriter;
import java.util.Map;
import java.util.OptionalLong;

/** Measures forwards without gradients, from a batch on the device to logits. */
final class InferBench {

    private InferBench() {}

    static Measurement measure(BenchCase measured, PrintWriter progress) {
        BenchModel model = measured.geometry();
        Device device = measured.open();
        StepClock clock =
                switch (measured.how().reading()) {
                    case PLAIN, ADAPTED -> unmerged(measured, device, progress);
                    case MERGED -> {
                        try (Backbone merged = merged(measured, device)) {
                            yield forwards(measured, merged, device, progress);
                        }
                    }
                };
        OptionalLong peak = ResidentMemory.peak();
        StepProducts products = StepProducts.forward(model.parts(), measured.batch());
        Double floor = ProductFloor.of(measured, products, device);
        return Measurement.of(measured, clock, Map.of(), peak, products.flops(), floor);
    }

    private static StepClock unmerged(BenchCase measured, Device device, PrintWriter progress) {
        try (NDManager manager = TorchRuntime.newManager(device);
                Backbone vit = measured.geometry().random(measured.classes(), false, manager)) {
            Backbone model = vit.withPrecision(measured.how().precision().precision());
            if (measured.how().reading() == Reading.PLAIN) {
                return forwards(measured, model, device, progress);
            }
            try (AdaptedBlock adapted = Rlrr.adapt(model, RlrrConfig.published())) {
                return forwards(measured, adapted, device, progress);
            }
        }
    }

    /** The merged model alone: who serves one has no other. */
    private static Backbone merged(BenchCase measured, Device device) {
        try (NDManager manager = TorchRuntime.newManager(device);
                Backbone vit = measured.geometry().random(measured.classes(), false, manager);
                AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
            return vit.merged(adapted).forInference(measured.how().precision().precision());
        }
    }

    private static StepClock forwards(
            BenchCase measured, Block block, Device device, PrintWriter progress) {
        BenchModel model = measured.geometry();
        RandomImages images =
                new RandomImages(model.config(), measured.classes(), measured.batch());
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device)) {
            off.suppressNotUsedWarning();
            NDArray input =
                    manager.create(images.batch(measured.batch()), model.images(measured.batch()));
            NDArray[] last = new NDArray[1];
            // The logits are what a step waits for on a GPU.
            StepClock clock =
                    new StepClock(
                            measured,
                            progress,
                            measured.onCpu() ? () -> {} : () -> last[0].toFloatArray());
            ParameterStore store = new ParameterStore(manager, false);
            clock.start();
            for (int i = 0; i < measured.warmup() + measured.steps(); i++) {
                try (NDManager scope = manager.newSubManager()) {
                    NDArray own = input.reshape(input.getShape());
                    own.attach(scope);
                    last[0] = block.forward(store, new NDList(own), false).head();
                    clock.tick();
                }
            }
            return clock;
        }
    }
}
