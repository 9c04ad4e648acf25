package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * AdamW with decoupled weight decay, all tensors updated in one native call.
 *
 * <pre>
 *   θ ← θ − lr·λ·θ                      λ for decayed tensors, 0 for the others
 *   m ← β1·m + (1−β1)·g      v ← β2·v + (1−β2)·g²
 *   θ ← θ − lr · (m / (1−β1ᵗ)) / (√(v / (1−β2ᵗ)) + ε)
 * </pre>
 *
 * β1 = 0.9, β2 = 0.999, ε = 1e-8. The update is libtorch's own, {@code torch._fused_adamw_}; ε
 * stands outside the root but inside the bias correction, as in PyTorch (DJL's AdamW has it outside
 * both). Values, moments and gradients are float32. Owns the moments; the tensors stay their
 * owner's.
 *
 * <p>Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019.
 */
public final class AdamW implements AutoCloseable {

    /** Tensors that share their decay, with their moments in matching order. */
    private static final class Group {
        final double decay;
        final List<String> names = new ArrayList<>();
        final List<NDArray> values = new ArrayList<>();
        final List<NDArray> first = new ArrayList<>();
        final List<NDArray> second = new ArrayList<>();

        Group(double decay) {
            this.decay = decay;
        }
    }

    private final NDManager manager;
    private final TorchProgram program;
    private final NDArray time;
    private final List<Group> groups = new ArrayList<>();

    /**
     * Prepares moments of zeros and clears the tensors' gradients.
     *
     * @param tensors what is updated; each is decayed or not as it says
     * @param weightDecay λ, not negative
     * @throws IllegalArgumentException for a negative or non-finite decay, or no tensors
     */
    public AdamW(Collection<TrainableTensor> tensors, double weightDecay) {
        this(tensors, weightDecay, 0);
    }

    /**
     * As the other constructor, with clipped gradients: before each update all gradients g are
     * multiplied by min(1, c / (‖g‖ + 10⁻⁶)), where ‖g‖ is the L2 norm over all tensors together,
     * as {@code torch.nn.utils.clip_grad_norm_} does. It is part of the same native call and reads
     * nothing back.
     *
     * @param tensors what is updated
     * @param weightDecay λ, not negative
     * @param clipNorm c, the largest norm; 0 to clip nothing
     * @throws IllegalArgumentException for a negative or non-finite decay or norm, or no tensors
     */
    public AdamW(Collection<TrainableTensor> tensors, double weightDecay, double clipNorm) {
        if (!(clipNorm >= 0) || Double.isInfinite(clipNorm)) {
            throw new IllegalArgumentException("clip norm is " + clipNorm + ", expected 0 or more");
        }
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException(
                    "weight decay is " + weightDecay + ", expected 0 or more");
        }
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to train");
        }
        NDArray like = tensors.iterator().next().parameter().getArray();
        manager = TorchRuntime.newManagerLike(like);
        manager.setName("adamw");
        time = manager.zeros(new Shape(), DataType.FLOAT32);
        for (TrainableTensor tensor : tensors) {
            Group group = group(tensor.decayed() ? weightDecay : 0);
            NDArray value = tensor.parameter().getArray();
            group.names.add(tensor.name());
            group.values.add(value);
            group.first.add(manager.zeros(value.getShape(), DataType.FLOAT32));
            group.second.add(manager.zeros(value.getShape(), DataType.FLOAT32));
        }
        program = new TorchProgram(text(clipNorm));
        clearGradients();
    }

    private Group group(double decay) {
        for (Group group : groups) {
            if (group.decay == decay) {
                return group;
            }
        }
        Group group = new Group(decay);
        groups.add(group);
        return group;
    }

    /** One method that ticks, updates every group and clears its gradients. */
    private String text(double clipNorm) {
        StringBuilder parameters = new StringBuilder("t: Tensor, lr: float");
        StringBuilder body = new StringBuilder("    torch.add_(t, 1.)\n");
        if (clipNorm > 0) {
            // Scaled list by list: TorchScript drops writes through a list that it has joined.
            String norms = "torch._foreach_norm(g0, 2)";
            StringBuilder scaling = new StringBuilder("    torch._foreach_mul_(g0, c)\n");
            for (int i = 1; i < groups.size(); i++) {
                norms = "torch.add(" + norms + ", torch._foreach_norm(g" + i + ", 2))";
                scaling.append("    torch._foreach_mul_(g").append(i).append(", c)\n");
            }
            body.append(
                    String.format(
                            Locale.ROOT,
                            """
                                n = torch.norm(torch.stack(%s), 2)
                                r = torch.mul(torch.reciprocal(torch.add(n, 1e-06)), %s)
                                c = torch.clamp(r, None, 1.)
                            """,
                            norms,
                            clipNorm));
            body.append(scaling);
        }
        for (int i = 0; i < groups.size(); i++) {
            for (String list : List.of("p", "g", "m", "v")) {
                parameters.append(", ").append(list).append(i).append(": List[Tensor]");
            }
            body.append(
                    String.format(
                            Locale.ROOT,
                            """
                                torch._fused_adamw_(p%1$d, g%1$d, m%1$d, v%1$d, \
                            annotate(List[Tensor], []), torch.mul([t], torch.len(p%1$d)), lr=lr, \
                            beta1=0.9, beta2=0.999, weight_decay=%2$s, eps=1e-08, amsgrad=False, \
                            maximize=False)
                                torch._foreach_zero_(g%1$d)
                            """,
                            i,
                            groups.get(i).decay));
        }
        return "  def step(self, "
                + parameters
                + ") -> NoneType:\n"
                + body
                + """
                    return None
                  def zero(self, g: List[Tensor]) -> NoneType:
                    torch._foreach_zero_(g)
                    return None
                """;
    }

    /** What someone else's backward has left would count in the first step. */
    private void clearGradients() {
        for (Group group : groups) {
            List<NDArray> left = gradients(group.values.stream().filter(NDArray::hasGradient));
            if (!left.isEmpty()) {
                program.run("zero", left);
                left.forEach(NDArray::close);
            }
        }
    }

    /** A new handle to each gradient, or zeros where backward has not reached; to be closed. */
    private static List<NDArray> gradients(Stream<NDArray> values) {
        return values.map(NDArray::getGradient).toList();
    }

    /**
     * Updates every tensor from the gradients that backward has accumulated, then clears them.
     *
     * @param learningRate lr of this step
     */
    public void step(double learningRate) {
        List<NDArray> handles = new ArrayList<>();
        List<Object> arguments = new ArrayList<>(List.of(time, learningRate));
        for (Group group : groups) {
            List<NDArray> gradients = gradients(group.values.stream());
            handles.addAll(gradients);
            arguments.add(group.values);
            arguments.add(gradients);
            arguments.add(group.first);
            arguments.add(group.second);
        }
        program.run("step", arguments.toArray());
        handles.forEach(NDArray::close);
    }

    /**
     * All that the optimizer keeps between two steps, in place: who writes into these arrays moves
     * it to another state.
     *
     * @return the moments and the count of steps by name; owned by this
     */
    Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        state.put("optimizer.steps", time);
        for (Group group : groups) {
            for (int i = 0; i < group.names.size(); i++) {
                state.put("optimizer.first." + group.names.get(i), group.first.get(i));
                state.put("optimizer.second." + group.names.get(i), group.second.get(i));
            }
        }
        return state;
    }

    /** Frees the moments. */
    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
