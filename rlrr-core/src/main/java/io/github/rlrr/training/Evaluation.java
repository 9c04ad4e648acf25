package io.github.rlrr.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import java.util.function.BiConsumer;

/**
 * How a classifier does on a data set.
 *
 * @param examples the number of examples
 * @param loss the mean softmax cross-entropy in nats
 * @param accuracy the share classified right, 0 to 1
 */
public record Evaluation(int examples, double loss, double accuracy) {

    /**
     * Runs a block over a data set, without dropout and without recording gradients.
     *
     * @param block an initialized classifier: (B, …) to logits (B, classes)
     * @param data the examples, read in order
     * @param batchSize the examples at a time
     * @param device where the block runs
     * @return the figures
     */
    public static Evaluation of(Block block, LabelledDataset data, int batchSize, Device device) {
        double[] loss = new double[1];
        int[] correct = new int[1];
        forEachBatch(
                block,
                data,
                batchSize,
                device,
                (first, logits) -> {
                    int classes = logits[0].length;
                    for (int i = 0; i < logits.length; i++) {
                        int label = data.label(first + i);
                        if (label >= classes) {
                            throw new IllegalArgumentException(
                                    "label "
                                            + label
                                            + " but the model has "
                                            + classes
                                            + " classes; give it a head for "
                                            + data.classNames().size());
                        }
                        loss[0] += Logits.crossEntropy(logits[i], label);
                        correct[0] += Logits.argMax(logits[i]) == label ? 1 : 0;
                    }
                });
        return new Evaluation(
                data.size(), loss[0] / data.size(), (double) correct[0] / data.size());
    }

    /**
     * The number of outputs of a classifier, found by asking it about an example of zeros.
     *
     * @param block an initialized classifier
     * @param example the shape of one example
     * @param device where the block runs
     */
    static int outputs(Block block, Shape example, Device device) {
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device)) {
            off.suppressNotUsedWarning();
            NDArray input = manager.zeros(new Shape(1).addAll(example));
            ParameterStore store = new ParameterStore(manager, false);
            Shape logits = block.forward(store, new NDList(input), false).head().getShape();
            return Math.toIntExact(logits.get(logits.dimension() - 1));
        }
    }

    /**
     * Computes the logits of every example in order.
     *
     * @param block an initialized classifier
     * @param data the examples
     * @param batchSize the examples at a time
     * @param device where the block runs
     * @param consumer takes the index of a batch's first example and its logits by row
     */
    public static void forEachBatch(
            Block block,
            LabelledDataset data,
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
                    NDArray inputs = scope.create(batch.values(), batch.shape());
                    NDList outputs = block.forward(store, new NDList(inputs), false);
                    consumer.accept(first, rows(outputs.head()));
                }
                first += batch.size();
            }
        }
    }

    private static float[][] rows(NDArray logits) {
        int size = Math.toIntExact(logits.getShape().get(0));
        float[] flat = logits.toFloatArray();
        int classes = flat.length / size;
        float[][] rows = new float[size][];
        for (int i = 0; i < size; i++) {
            rows[i] = java.util.Arrays.copyOfRange(flat, i * classes, (i + 1) * classes);
        }
        return rows;
    }
}
