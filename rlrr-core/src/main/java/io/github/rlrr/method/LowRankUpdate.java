package io.github.rlrr.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.method.TensorSpec.Start;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import io.github.rlrr.torch.TorchProgram;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The LoRA reparameterization of a linear layer: adds a matrix of low rank.
 *
 * <pre>
 *   W' = W + (α/r) · B·A          A: (r, in)   B: (out, r)
 * </pre>
 *
 * W is frozen, the bias is read as it is. The tensors are {@code lora_a} and {@code lora_b},
 * float32, both decayed. A starts from U(±1/√in), which is PyTorch's {@code kaiming_uniform_} with
 * a = √5, and B at 0: a fresh adapter is the base model.
 *
 * <p>Source: Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, ICLR 2022, equation 3;
 * the start is that of the published {@code loralib} and of PEFT.
 *
 * @param rank r, at least 1
 * @param alpha α, positive and finite
 */
public record LowRankUpdate(int rank, double alpha) implements Reparameterization {

    /** The input side, A. */
    public static final String LORA_A = "lora_a";

    /** The output side, B. */
    public static final String LORA_B = "lora_b";

    /**
     * Checks the numbers.
     *
     * @param rank at least 1
     * @param alpha positive and finite
     * @throws IllegalArgumentException when one of them is not
     */
    public LowRankUpdate {
        if (rank < 1) {
            throw new IllegalArgumentException("rank is " + rank + ", expected at least 1");
        }
        if (!(alpha > 0) || !Double.isFinite(alpha)) {
            throw new IllegalArgumentException(
                    "alpha is " + alpha + ", expected a positive number");
        }
    }

    @Override
    public Set<SiteKind> kinds() {
        return Set.of(SiteKind.LINEAR);
    }

    @Override
    public Set<Role> roles() {
        return Set.of(Role.WEIGHT);
    }

    @Override
    public List<TensorSpec> tensors(Site site) {
        long out = site.matrixShape().get(0);
        long in = site.matrixShape().get(1);
        Start drawn = Start.uniform(1 / Math.sqrt((double) in));
        return List.of(
                new TensorSpec(LORA_A, new Shape(rank, in), true, drawn),
                new TensorSpec(LORA_B, new Shape(out, rank), true, Start.constant(0)));
    }

    /** One operation: neither B·A nor its multiple outlives it. */
    private String program() {
        return """
              def forward(self, w: Tensor, b: Tensor, a: Tensor) -> Tensor:
                return torch.addmm(w, b, a, beta=1, alpha=%s)
            """
                .formatted(Double.toString(alpha / rank));
    }

    @Override
    public void checkNew(Site site) {
        Shape matrix = site.matrixShape();
        site.requireRank("rank", rank, Math.min(matrix.get(0), matrix.get(1)));
    }

    @Override
    public NDArray effective(Site site, Role role, Frozen frozen, Map<String, NDArray> tensors) {
        if (role == Role.BIAS) {
            return frozen.of(role);
        }
        NDArray a = Objects.requireNonNull(tensors.get(LORA_A), LORA_A);
        NDArray b = Objects.requireNonNull(tensors.get(LORA_B), LORA_B);
        return TorchProgram.shared(program()).forward(frozen.weight(), b, a).head();
    }
}
