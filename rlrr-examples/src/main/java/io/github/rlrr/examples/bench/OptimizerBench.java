package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.machine.ResidentMemory;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.training.AdamW;
import io.github.rlrr.vit.Backbone;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Measures what a training step does besides the network's own work: every parameter read through
 * the adapter once, with gradients recorded, and AdamW's update of all trainable tensors.
 */
final class OptimizerBench {

    private static final double LEARNING_RATE = 1e-3;
    private static final double WEIGHT_DECAY = 1e-4;

    private OptimizerBench() {}

    static Measurement measure(BenchCase measured, PrintWriter progress) {
        BenchModel model = measured.geometry();
        Device device = measured.open();
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device);
                Backbone vit = model.random(measured.classes(), false, manager);
                AdaptedBlock adapted =
                        Rlrr.adapt(new ParameterReader(vit), RlrrConfig.published());
                AdamW optimizer = new AdamW(adapted.trainableTensors(), WEIGHT_DECAY)) {
            off.suppressNotUsedWarning();
            adapted.trainableTensors().forEach(tensor -> tensor.parameter().freeze(false));
            ParameterStore store = new ParameterStore(manager, false);
            Runnable waiting = TrainBench.waiting(measured, adapted);
            StepClock clock = new StepClock(measured, progress, waiting);
            List<Double> reading = new ArrayList<>();
            List<Double> updating = new ArrayList<>();
            clock.start();
            for (int i = 0; i < measured.warmup() + measured.steps(); i++) {
                long start = System.nanoTime();
                read(adapted, store, manager);
                waiting.run();
                long between = System.nanoTime();
                optimizer.step(LEARNING_RATE);
                waiting.run();
                long end = System.nanoTime();
                clock.tick();
                if (i >= measured.warmup()) {
                    reading.add((between - start) / 1e9);
                    updating.add((end - between) / 1e9);
                }
            }
            OptionalLong peak = ResidentMemory.peak();
            return Measurement.of(
                    measured, clock, Map.of("reading", reading, "adamw", updating), peak, 0, null);
        }
    }

    private static void read(AdaptedBlock adapted, ParameterStore store, NDManager manager) {
        GradientCollector recording = manager.getEngine().newGradientCollector();
        try (NDManager scope = manager.newSubManager();
                NDScope intermediate = new NDScope()) {
            intermediate.suppressNotUsedWarning();
            NDArray input = scope.zeros(new Shape(1));
            adapted.forward(store, new NDList(input), true);
        } finally {
            recording.close();
        }
    }

    /**
     * A block whose forward asks for every parameter of a model and computes nothing with them; its
     * output is its input. Adapted, it shows what the reading costs by itself.
     */
    private static final class ParameterReader extends AbstractBlock {

        private final List<Parameter> asked;

        /** Wraps an initialized model, which stays the caller's to close. */
        @SuppressWarnings("this-escape")
        ParameterReader(Block model) {
            addChildBlock("model", model);
            asked = List.copyOf(ModuleTree.of(model).parameters().values());
            inputShapes = model.getInputShapes().clone();
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                @Nullable PairList<String, Object> params) {
            for (Parameter parameter : asked) {
                store.getValue(parameter, inputs.head().getDevice(), training);
            }
            return inputs;
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            getChildren().values().forEach(child -> child.initialize(manager, type, shapes));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputs) {
            return inputs.clone();
        }
    }
}
