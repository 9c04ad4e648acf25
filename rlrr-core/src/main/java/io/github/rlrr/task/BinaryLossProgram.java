package io.github.rlrr.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.TorchProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Binary cross-entropy of logits (B, C), a scalar, as one program.
 *
 * <pre>
 *   Σ −(w[c]·t·log σ(z) + (1−t)·log(1 − σ(z))) / K     over the K labels that are known
 *   mixed: t(i) ← λ·t(i) + (1−λ)·t(B−1−i), known where both are
 * </pre>
 *
 * as torch's {@code binary_cross_entropy_with_logits} has it with {@code pos_weight}; 0 where none
 * is known. Counts nothing. Owns its arrays.
 */
final class BinaryLossProgram implements Objective {

    private final TorchProgram program;
    private final NDManager manager;
    private final List<NDArray> weights = new ArrayList<>();
    private final boolean mixed;

    /**
     * Compiles the loss.
     *
     * @param positiveWeights w; empty: 1 throughout
     * @param mixed whether batches are mixed
     * @param like a manager on the device of the logits
     */
    BinaryLossProgram(List<Double> positiveWeights, boolean mixed, NDManager like) {
        this.mixed = mixed;
        boolean weighted = !positiveWeights.isEmpty();
        program =
                new TorchProgram(
                        String.format(
                                Locale.ROOT,
                                """
              def forward(self, z: Tensor, t: Tensor%s) -> Tensor:
                mixed = %s
                known = torch.to(torch.logical_not(torch.isnan(mixed)), 6)
                y = torch.nan_to_num(mixed, 0.)
                each = torch.binary_cross_entropy_with_logits(z, y, None, %s, 0)
                n = torch.clamp_min(torch.sum(known), 1)
                return torch.div(torch.sum(torch.mul(each, known)), n)
            """,
                                (mixed ? ", share: Tensor" : "") + (weighted ? ", w: Tensor" : ""),
                                mixed ? "torch.lerp(torch.flip(t, [0]), t, share)" : "t",
                                weighted ? "w" : "None"));
        manager = like.newSubManager();
        if (weighted) {
            float[] values = new float[positiveWeights.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = positiveWeights.get(i).floatValue();
            }
            weights.add(manager.create(values));
        }
    }

    @Override
    public NDArray targets(double[] values, int examples, NDManager scope) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return scope.create(floats, new Shape(examples, values.length / examples));
    }

    @Override
    public NDArray loss(NDArray logits, NDArray targets, float lambda, NDManager scope) {
        List<NDArray> inputs = new ArrayList<>(List.of(logits, targets));
        if (mixed) {
            inputs.add(scope.create(lambda));
        }
        inputs.addAll(weights);
        return program.forward(inputs.toArray(new NDArray[0])).head();
    }

    @Override
    public void count(NDArray logits, NDArray targets) {}

    @Override
    public double[] readCounts() {
        return new double[0];
    }

    /** {@inheritDoc} The labels that are known, each alike. */
    @Override
    public double weight(double[] target) {
        int known = 0;
        for (double value : target) {
            known += Double.isNaN(value) ? 0 : 1;
        }
        return known;
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
