package io.github.rlrr.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.util.Pair;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.data.BatchLoader;
import io.github.rlrr.task.Objective;
import io.github.rlrr.task.Task;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.torch.TorchRuntime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run does on the device, and what it keeps there: optimizer state, losses and counts not
 * yet read. A step leaves no array behind.
 */
final class TrainStep implements AutoCloseable {

    private static final String KEEP =
            """
              def keep(self, losses: Tensor, at: int, loss: Tensor) -> NoneType:
                torch.copy_(torch.select(losses, 0, at), loss)
                return None
              def add(self, losses: Tensor, at: int, loss: Tensor) -> NoneType:
                torch.add_(torch.select(losses, 0, at), loss)
                return None
            """;

    private final AdaptedBlock block;
    private final long seed;
    private final GradMode gradients = GradMode.off();
    private final Device device;
    private final NDManager manager;
    private final StepStore store;
    private final Objective objective;
    private final TorchProgram keep = new TorchProgram(KEEP);
    private final AdamW optimizer;
    private final NDArray losses;
    private final Hooks hooks;
    private long forwards;
    private TrainingHook.Place at = new TrainingHook.Place(0, 0, 0, 0);

    /**
     * Prepares the device.
     *
     * @param block what is trained
     * @param task what it is asked
     * @param options how
     * @param hooks what else is done in every step
     * @param readings the number of losses kept until they are read
     */
    TrainStep(
            AdaptedBlock block,
            Task task,
            FineTuneOptions options,
            List<TrainingHook> hooks,
            int readings) {
        this.block = block;
        seed = options.get(TrainingSettings.SEED);
        NDArray first = block.trainableTensors().iterator().next().parameter().getArray();
        device = first.getDevice();
        manager = TorchRuntime.newManager(device);
        store = new StepStore(manager, options.get(TrainingSettings.RECOMPUTE));
        objective = task.objective(manager, options.batching().mixing().isOn());
        for (TrainableTensor tensor : block.trainableTensors()) {
            tensor.parameter().freeze(false);
        }
        try {
            makeGradients();
        } catch (RuntimeException e) {
            // Another's gradient collector is open.
            objective.close();
            keep.close();
            manager.close();
            gradients.close();
            throw e;
        }
        optimizer =
                new AdamW(
                        block.trainableTensors(),
                        options.get(TrainingSettings.WEIGHT_DECAY),
                        options.get(TrainingSettings.CLIP_NORM));
        losses = manager.zeros(new Shape(readings), DataType.FLOAT32);
        for (Parameter parameter : block.getParameters().values()) {
            store.getValue(parameter, device, true);
        }
        try {
            this.hooks = new Hooks(hooks, block, manager);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Gives every tensor its gradient now. Made by the first backward they would lie scattered
     * among that step's activations, and no later array would fit where one of those had been.
     */
    private void makeGradients() {
        try (NDManager scope = manager.newSubManager();
                NDScope intermediate = new NDScope();
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            intermediate.suppressNotUsedWarning();
            NDArray total = scope.zeros(new Shape());
            for (TrainableTensor tensor : block.trainableTensors()) {
                total = total.add(tensor.parameter().getArray().sum());
            }
            collector.backward(total);
        }
    }

    Device device() {
        return device;
    }

    NDManager manager() {
        return manager;
    }

    /**
     * Adds the gradients of one batch; its loss goes to its place among those not yet read.
     *
     * @param batch the examples, and their part of the step
     * @param place where the step's loss is kept
     * @param step the step, from 1
     * @param steps those of the run
     * @param part the batch within its step, from 0
     */
    void accumulate(BatchLoader.Batch batch, int place, long step, long steps, int part) {
        long own = BatchLoader.mix(seed, forwards++);
        at = new TrainingHook.Place(step, steps, part, own);
        store.begin(own);
        try (NDManager scope = manager.newSubManager();
                NDScope intermediate = new NDScope()) {
            intermediate.suppressNotUsedWarning();
            NDArray inputs = batch.array(scope);
            NDArray targets = objective.targets(batch.targets(), batch.size(), scope);
            NDArray outputs;
            NDArray value;
            hooks.beforeForward(at);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                outputs = block.forward(store, new NDList(inputs), true).head();
                value = objective.loss(outputs, targets, batch.lambda(), scope);
                value = hooks.withTerms(at, value, inputs, outputs);
                if (batch.share() != 1) {
                    // Backward needs the factor: of a bare number nothing would hold the memory.
                    value = value.mul(scope.create((float) batch.share()));
                }
                collector.backward(value);
                store.backward();
            }
            keep.run(part == 0 ? "keep" : "add", losses, (long) place, value);
            objective.count(outputs, targets);
        }
    }

    /** All that training changes on the device, by name, in place. */
    Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        for (Pair<String, Parameter> own : block.getDirectParameters()) {
            state.put("value." + own.getKey(), own.getValue().getArray());
        }
        state.putAll(optimizer.state());
        state.putAll(hooks.state());
        return state;
    }

    /** Batches seen, from which dropout is seeded. */
    long forwards() {
        return forwards;
    }

    /** Goes on as if so many batches had been seen. */
    void continueFrom(long forwardsBefore) {
        forwards = forwardsBefore;
    }

    /** Updates the tensors from the gradients there are. */
    void update(double learningRate) {
        hooks.afterBackward(at);
        optimizer.step(learningRate);
    }

    /** The losses of the last steps, read from the device. */
    float[] readLosses() {
        return losses.toFloatArray();
    }

    /** What an example weighs in the loss of its step, by its target. */
    double weight(double[] target) {
        return objective.weight(target);
    }

    /** What was counted since the last reading, read from the device. */
    double[] readCounts() {
        return objective.readCounts();
    }

    @Override
    public void close() {
        optimizer.close();
        objective.close();
        keep.close();
        manager.close();
        gradients.close();
    }
}
