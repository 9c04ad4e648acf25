package io.github.rlrr.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.TorchProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Softmax cross-entropy of logits (B, C), a scalar, as one program.
 *
 * <pre>
 *   hard:   Σᵢ w[yᵢ]·(−log p(i, yᵢ)) / Σᵢ w[yᵢ]                  the weighted mean
 *   soft:   Σᵢ Σ_c w[c]·t(i, c)·(−log p(i, c)) / B
 *           t(i) = λ·onehot(yᵢ) + (1−λ)·onehot(y of i's partner B−1−i)
 *   smooth: t ← (1−ε)·t + ε/C, with hard labels as well
 * </pre>
 *
 * as torch's {@code cross_entropy} has it, weights and smoothing included. Soft targets are in use
 * when batches are mixed. Counts the examples classified right, each against its own label. Owns
 * its arrays.
 */
final class LossProgram implements Objective {

    private final TorchProgram program;
    private final NDManager manager;
    private final List<Double> classWeights;
    private final List<NDArray> weights = new ArrayList<>();
    private final boolean soft;
    private final NDArray correct;

    /**
     * Compiles the loss.
     *
     * @param task smoothing and class weights
     * @param mixed whether batches are mixed
     * @param like a manager on the device of the logits
     */
    LossProgram(SingleLabel task, boolean mixed, NDManager like) {
        soft = mixed;
        classWeights = task.classWeights();
        program = new TorchProgram(text(task, mixed));
        manager = like.newSubManager();
        if (!classWeights.isEmpty()) {
            float[] values = new float[classWeights.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = classWeights.get(i).floatValue();
            }
            weights.add(manager.create(values));
        }
        correct = manager.zeros(new Shape(), DataType.INT64);
    }

    private static String text(SingleLabel task, boolean mixed) {
        boolean weighted = !task.classWeights().isEmpty();
        String rest = "";
        if (weighted || task.labelSmoothing() > 0) {
            rest =
                    (weighted ? ", w" : ", None")
                            + ", 1, -100, "
                            + Double.toString(task.labelSmoothing());
        }
        String targets =
                mixed
                        ? """
                              hot = torch.to(torch.one_hot(labels, torch.size(logits, 1)), 6)
                              t = torch.lerp(torch.flip(hot, [0]), hot, share)
                          """
                        : "    t = labels\n";
        return "  def forward(self, logits: Tensor, labels: Tensor"
                + (mixed ? ", share: Tensor" : "")
                + (weighted ? ", w: Tensor" : "")
                + ") -> Tensor:\n"
                + targets
                + "    return torch.cross_entropy_loss(logits, t"
                + rest
                + ")\n";
    }

    @Override
    public NDArray targets(double[] values, int examples, NDManager scope) {
        long[] labels = Arrays.stream(values).mapToLong(label -> (long) label).toArray();
        return scope.create(labels, new Shape(examples));
    }

    @Override
    public NDArray loss(NDArray logits, NDArray labels, float lambda, NDManager scope) {
        List<NDArray> inputs = new ArrayList<>(List.of(logits, labels));
        if (soft) {
            inputs.add(scope.create(lambda));
        }
        inputs.addAll(weights);
        return program.forward(inputs.toArray(new NDArray[0])).head();
    }

    @Override
    public void count(NDArray logits, NDArray labels) {
        correct.addi(logits.argMax(1).eq(labels).toType(DataType.INT64, false).sum());
    }

    @Override
    public double[] readCounts() {
        long count = correct.getLong();
        correct.muli(0);
        return new double[] {count};
    }

    /** {@inheritDoc} Soft targets are averaged over examples, hard ones over weights. */
    @Override
    public double weight(double[] target) {
        return soft || classWeights.isEmpty() ? 1 : classWeights.get((int) target[0]);
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
