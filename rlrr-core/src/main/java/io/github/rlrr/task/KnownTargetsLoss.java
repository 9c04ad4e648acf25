package io.github.rlrr.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.TorchProgram;
import java.util.ArrayList;
import java.util.List;

/**
 * The mean of a loss over the targets that are known, a scalar, as one program.
 *
 * <pre>
 *   Σ each(z, t) / K     over the K targets of a batch that are known; outputs and targets (B, C)
 *   mixed: t(i) ← λ·t(i) + (1−λ)·t(B−1−i), known where both are
 * </pre>
 *
 * <p>0 where none is known. Counts nothing. Owns its arrays.
 */
final class KnownTargetsLoss implements Objective {

    /**
     * How targets are prepared on their way to the device.
     *
     * @param means subtracted, one for each target; empty: nothing is
     * @param deviations divided by then
     */
    record Scale(List<Double> means, List<Double> deviations) {

        static final Scale NONE = new Scale(List.of(), List.of());

        float of(double value, int column) {
            return (float)
                    (means.isEmpty()
                            ? value
                            : (value - means.get(column)) / deviations.get(column));
        }
    }

    private final TorchProgram program;
    private final NDManager manager;
    private final List<NDArray> weights = new ArrayList<>();
    private final boolean mixed;
    private final Scale scale;

    /**
     * Compiles the loss.
     *
     * @param each TorchScript: the loss of each z and y, both (B, C), with w where there are
     *     weights
     * @param weights w; empty: there is none
     * @param scale how targets are prepared
     * @param mixed whether batches are mixed
     * @param like a manager on the device of the outputs
     */
    KnownTargetsLoss(
            String each, List<Double> weights, Scale scale, boolean mixed, NDManager like) {
        this.mixed = mixed;
        this.scale = scale;
        boolean weighted = !weights.isEmpty();
        program =
                new TorchProgram(
                        """
              def forward(self, z: Tensor, t: Tensor%s) -> Tensor:
                mixed = %s
                known = torch.to(torch.logical_not(torch.isnan(mixed)), 6)
                y = torch.nan_to_num(mixed, 0.)
                each = %s
                n = torch.clamp_min(torch.sum(known), 1)
                return torch.div(torch.sum(torch.mul(each, known)), n)
            """
                                .formatted(
                                        (mixed ? ", share: Tensor" : "")
                                                + (weighted ? ", w: Tensor" : ""),
                                        mixed ? "torch.lerp(torch.flip(t, [0]), t, share)" : "t",
                                        each));
        manager = like.newSubManager();
        if (weighted) {
            float[] values = new float[weights.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = weights.get(i).floatValue();
            }
            this.weights.add(manager.create(values));
        }
    }

    @Override
    public NDArray targets(double[] values, int examples, NDManager scope) {
        int columns = values.length / examples;
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = scale.of(values[i], i % columns);
        }
        return scope.create(floats, new Shape(examples, columns));
    }

    @Override
    public NDArray loss(NDArray outputs, NDArray targets, float lambda, NDManager scope) {
        List<NDArray> inputs = new ArrayList<>(List.of(outputs, targets));
        if (mixed) {
            inputs.add(scope.create(lambda));
        }
        inputs.addAll(weights);
        return program.forward(inputs.toArray(new NDArray[0])).head();
    }

    @Override
    public void count(NDArray outputs, NDArray targets) {}

    @Override
    public double[] readCounts() {
        return new double[0];
    }

    /** {@inheritDoc} The targets that are known, each alike. */
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
