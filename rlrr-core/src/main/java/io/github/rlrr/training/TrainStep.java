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
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run does on the device, and what it keeps there: optimizer state, losses not yet read, the
 * count of examples classified right. A step leaves no array behind.
 */
final class TrainStep implements AutoCloseable {

    private final AdaptedBlock block;
    private final FineTuneOptions options;
    private final GradMode gradients = GradMode.off();
    private final Device device;
    private final NDManager manager;
    private final StepStore store;
    private final LossProgram loss;
    private final AdamW optimizer;
    private final NDArray losses;
    private final NDArray correct;
    private long forwards;

    /**
     * Prepares the device.
     *
     * @param block what is trained
     * @param options how
     * @param readings the number of losses kept until they are read
     */
    TrainStep(AdaptedBlock block, FineTuneOptions options, int readings) {
        this.block = block;
        this.options = options;
        NDArray first = block.trainableTensors().iterator().next().parameter().getArray();
        device = first.getDevice();
        manager = TorchRuntime.newManager(device);
        store = new StepStore(manager, options.recompute());
        loss = new LossProgram(options, manager);
        for (TrainableTensor tensor : block.trainableTensors()) {
            tensor.parameter().freeze(false);
        }
        try {
            makeGradients();
        } catch (RuntimeException e) {
            // Another's gradient collector is open.
            loss.close();
            manager.close();
            gradients.close();
            throw e;
        }
        optimizer = new AdamW(block.trainableTensors(), options.weightDecay(), options.clipNorm());
        losses = manager.zeros(new Shape(readings), DataType.FLOAT32);
        correct = manager.zeros(new Shape(), DataType.INT64);
        for (Parameter parameter : block.getParameters().values()) {
            store.getValue(parameter, device, true);
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
     * @param first whether it is the first batch of its step
     */
    void accumulate(BatchLoader.Batch batch, int place, boolean first) {
        store.begin(BatchLoader.mix(options.seed(), forwards++));
        try (NDManager scope = manager.newSubManager();
                NDScope intermediate = new NDScope()) {
            intermediate.suppressNotUsedWarning();
            NDArray inputs = scope.create(batch.values(), batch.shape());
            NDArray labels = scope.create(batch.labels(), new Shape(batch.size()));
            NDArray logits;
            NDArray value;
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                logits = block.forward(store, new NDList(inputs), true).head();
                value = loss.of(logits, labels, batch.lambda(), scope);
                if (batch.share() != 1) {
                    // Backward needs the factor: of a bare number nothing would hold the memory.
                    value = value.mul(scope.create((float) batch.share()));
                }
                collector.backward(value);
                store.backward();
            }
            loss.keep(losses, place, value, !first);
            correct.addi(logits.argMax(1).eq(labels).toType(DataType.INT64, false).sum());
        }
    }

    /** All that training changes on the device, by name, in place. */
    Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        for (Pair<String, Parameter> own : block.getDirectParameters()) {
            state.put("value." + own.getKey(), own.getValue().getArray());
        }
        state.putAll(optimizer.state());
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
        optimizer.step(learningRate);
    }

    /** The losses of the last steps, read from the device. */
    float[] readLosses() {
        return losses.toFloatArray();
    }

    /** The examples classified right since the last reading, read from the device. */
    long readCorrect() {
        long count = correct.getLong();
        correct.muli(0);
        return count;
    }

    @Override
    public void close() {
        optimizer.close();
        loss.close();
        manager.close();
        gradients.close();
    }
}
