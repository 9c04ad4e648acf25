package io.github.rlrr.task;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.data.BatchLoader;
import io.github.rlrr.data.Examples;
import io.github.rlrr.torch.DeviceMemory;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * How a model does on a data set.
 *
 * @param examples the number of examples
 * @param figures the task's main figures
 */
public record Evaluation(int examples, Figures figures) {

    /**
     * Evaluates a block by the task that the data names.
     *
     * @param block an initialized block: (B, …) to outputs (B, answers)
     * @param data the examples, read in order
     * @param batchSize the examples at a time
     * @param device where the block runs
     * @return the figures
     * @throws IllegalArgumentException when the task keeps something of its training set, as that
     *     of numbers does
     */
    public static Evaluation of(Block block, Examples data, int batchSize, Device device) {
        Task task = Tasks.of(data);
        if (!task.kept().isEmpty()) {
            throw new IllegalArgumentException(
                    "a model of the task "
                            + task.name()
                            + " answers with what it keeps of its training set, which these"
                            + " examples are not; pass the task that it was trained for");
        }
        return of(task, block, data, batchSize, device);
    }

    /**
     * Runs a block over a data set, without dropout and without recording gradients.
     *
     * @param task what the block is asked
     * @param block an initialized block: (B, …) to outputs (B, answers)
     * @param data the examples, read in order
     * @param batchSize the examples at a time
     * @param device where the block runs
     * @return the figures
     */
    public static Evaluation of(
            Task task, Block block, Examples data, int batchSize, Device device) {
        Tally tally = task.tally(data);
        forEachBatch(
                block,
                data,
                batchSize,
                device,
                (first, outputs) -> {
                    for (int i = 0; i < outputs.length; i++) {
                        tally.add(outputs[i], data.target(first + i));
                    }
                });
        return new Evaluation(data.size(), tally.figures());
    }

    /**
     * The outputs of every example in order, all held at a time.
     *
     * @param block an initialized block: (B, …) to outputs (B, answers)
     * @param data the examples
     * @param batchSize the examples at a time
     * @param device where the block runs
     * @return a row for each example
     */
    public static List<float[]> outputs(Block block, Examples data, int batchSize, Device device) {
        List<float[]> all = new ArrayList<>();
        forEachBatch(
                block,
                data,
                batchSize,
                device,
                (first, outputs) -> all.addAll(Arrays.asList(outputs)));
        return all;
    }

    /**
     * The value of one of the figures.
     *
     * @param name its name, such as {@code accuracy}
     * @return the value
     * @throws IllegalArgumentException when there is none of that name
     */
    public double value(String name) {
        return figures.value(name);
    }

    /**
     * The mean loss.
     *
     * @return the figure {@link Figure#LOSS}
     */
    public double loss() {
        return value(Figure.LOSS);
    }

    /**
     * One line, such as {@code Evaluation[examples=10, loss=0.5, accuracy=0.9]}.
     *
     * @return the figures by name
     */
    @Override
    public String toString() {
        return "Evaluation[examples=" + examples + ", " + figures + "]";
    }

    /**
     * The number of outputs of a model, found by asking it about an example of zeros.
     *
     * @param block an initialized block
     * @param example the shape of one example
     * @param device where the block runs
     * @return the length of a row of outputs
     */
    public static int outputs(Block block, Shape example, Device device) {
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device)) {
            off.suppressNotUsedWarning();
            NDArray input = manager.zeros(new Shape(1).addAll(example));
            ParameterStore store = new ParameterStore(manager, false);
            Shape outputs = block.forward(store, new NDList(input), false).head().getShape();
            return Math.toIntExact(outputs.get(outputs.dimension() - 1));
        }
    }

    /**
     * Computes the outputs of every example in order.
     *
     * @param block an initialized block
     * @param data the examples
     * @param batchSize the examples at a time
     * @param device where the block runs
     * @param consumer takes the index of a batch's first example and its outputs by row
     */
    public static void forEachBatch(
            Block block,
            Examples data,
            int batchSize,
            Device device,
            BiConsumer<Integer, float[][]> consumer) {
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device);
                BatchLoader loader = BatchLoader.inOrder(data, batchSize)) {
            off.suppressNotUsedWarning();
            ParameterStore store = new ParameterStore(manager, false);
            int first = 0;
            while (loader.hasNext()) {
                BatchLoader.Batch batch = loader.next();
                try (NDManager scope = manager.newSubManager()) {
                    NDArray inputs = batch.array(scope);
                    NDList outputs = block.forward(store, new NDList(inputs), false);
                    consumer.accept(first, rows(outputs.head()));
                }
                first += batch.size();
            }
        } catch (RuntimeException e) {
            throw DeviceMemory.explained(
                    e,
                    device,
                    "batches of " + batchSize + " examples",
                    "take a smaller batch size");
        }
    }

    private static float[][] rows(NDArray outputs) {
        int size = Math.toIntExact(outputs.getShape().get(0));
        float[] flat = outputs.toFloatArray();
        int width = flat.length / size;
        float[][] rows = new float[size][];
        for (int i = 0; i < size; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return rows;
    }
}
