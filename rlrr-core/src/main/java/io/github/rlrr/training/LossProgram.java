package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.torch.TorchProgram;
import java.util.ArrayList;
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
 * when batches are mixed. Also keeps losses where they are read later. Owns its arrays.
 */
final class LossProgram implements AutoCloseable {

    private final TorchProgram program;
    private final NDManager manager;
    private final List<NDArray> weights = new ArrayList<>();
    private final boolean soft;

    /**
     * Compiles the loss.
     *
     * @param options smoothing, class weights, and whether batches are mixed
     * @param like a manager on the device of the logits
     */
    LossProgram(FineTuneOptions options, NDManager like) {
        soft = options.mixes();
        program = new TorchProgram(text(options));
        manager = like.newSubManager();
        if (!options.classWeights().isEmpty()) {
            float[] values = new float[options.classWeights().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = options.classWeights().get(i).floatValue();
            }
            weights.add(manager.create(values));
        }
    }

    private static String text(FineTuneOptions options) {
        boolean weighted = !options.classWeights().isEmpty();
        String rest = "";
        if (weighted || options.labelSmoothing() > 0) {
            rest =
                    (weighted ? ", w" : ", None")
                            + ", 1, -100, "
                            + Double.toString(options.labelSmoothing());
        }
        String targets =
                options.mixes()
                        ? """
                              hot = torch.to(torch.one_hot(labels, torch.size(logits, 1)), 6)
                              t = torch.lerp(torch.flip(hot, [0]), hot, share)
                          """
                        : "    t = labels\n";
        return "  def forward(self, logits: Tensor, labels: Tensor"
                + (options.mixes() ? ", share: Tensor" : "")
                + (weighted ? ", w: Tensor" : "")
                + ") -> Tensor:\n"
                + targets
                + "    return torch.cross_entropy_loss(logits, t"
                + rest
                + ")\n"
                + """
                    def keep(self, losses: Tensor, at: int, loss: Tensor) -> NoneType:
                      torch.copy_(torch.select(losses, 0, at), loss)
                      return None
                    def add(self, losses: Tensor, at: int, loss: Tensor) -> NoneType:
                      torch.add_(torch.select(losses, 0, at), loss)
                      return None
                  """;
    }

    /**
     * The loss of a batch, with autograd.
     *
     * @param logits (B, C)
     * @param labels (B), int64
     * @param lambda the share of each example's own label where batches are mixed
     * @param scope owns what is made
     * @return the scalar, owned by the manager of {@code logits}
     */
    NDArray of(NDArray logits, NDArray labels, float lambda, NDManager scope) {
        List<NDArray> inputs = new ArrayList<>(List.of(logits, labels));
        if (soft) {
            inputs.add(scope.create(lambda));
        }
        inputs.addAll(weights);
        return program.forward(inputs.toArray(new NDArray[0])).head();
    }

    /** Puts a loss at its place, or adds it to what is there. */
    void keep(NDArray losses, int at, NDArray loss, boolean add) {
        program.run(add ? "add" : "keep", losses, (long) at, loss);
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
