package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.torch.TorchProgram;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * AdamW with decoupled weight decay, all tensors updated in one native call.
 *
 * <pre>
 *   θ ← θ − lr·λ·θ                      λ for decayed tensors, 0 for the others
 *   m ← β1·m + (1−β1)·g      v ← β2·v + (1−β2)·g²
 *   θ ← θ − lr · (m / (1−β1ᵗ)) / (√(v / (1−β2ᵗ)) + ε)
 * </pre>
 *
 * The update is libtorch's own, {@code torch._fused_adamw_}; ε stands outside the root but inside
 * the bias correction, as in PyTorch (DJL's AdamW has it outside both). Values, moments and
 * gradients are float32. Owns the moments; the tensors stay their owner's.
 *
 * <p>Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019.
 */
public final class AdamW implements AutoCloseable {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private static final String UPDATE =
            """
              def step(self, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], lr: float, decay: float, beta1: float, beta2: float, eps: float) -> NoneType:
                torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), t, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
                return None
              def tick(self, t: Tensor) -> NoneType:
                torch.add_(t, 1.)
                return None
              def zero(self, g: List[Tensor]) -> NoneType:
                torch._foreach_zero_(g)
                return None
            """;

    /** Tensors that share their decay, with everything the update takes in matching order. */
    private static final class Group {
        final double decay;
        final List<NDArray> values = new ArrayList<>();
        final List<NDArray> gradients = new ArrayList<>();
        final List<NDArray> first = new ArrayList<>();
        final List<NDArray> second = new ArrayList<>();
        final List<NDArray> time = new ArrayList<>();

        Group(double decay) {
            this.decay = decay;
        }
    }

    private final NDManager manager;
    private final TorchProgram program;
    private final NDArray time;
    private final List<Group> groups;
    private final Collection<TrainableTensor> tensors;

    /**
     * Prepares moments of zeros and clears the tensors' gradients.
     *
     * @param tensors what is updated; each is decayed or not as it says
     * @param weightDecay λ, not negative
     * @throws IllegalArgumentException for a negative or non-finite decay, or no tensors
     */
    public AdamW(Collection<TrainableTensor> tensors, double weightDecay) {
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException(
                    "weight decay is " + weightDecay + ", expected 0 or more");
        }
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to train");
        }
        this.tensors = List.copyOf(tensors);
        NDArray like = tensors.iterator().next().parameter().getArray();
        program = new TorchProgram(UPDATE);
        manager =
                NDManager.newBaseManager(
                        like.getDevice(), like.getManager().getEngine().getEngineName());
        manager.setName("adamw");
        time = manager.zeros(new Shape(), DataType.FLOAT32);
        groups = List.of(new Group(weightDecay), new Group(0));
        for (TrainableTensor tensor : tensors) {
            Group group = groups.get(tensor.decayed() ? 0 : 1);
            NDArray value = tensor.parameter().getArray();
            group.values.add(value);
            group.first.add(manager.zeros(value.getShape(), DataType.FLOAT32));
            group.second.add(manager.zeros(value.getShape(), DataType.FLOAT32));
            group.time.add(time);
        }
        clearGradients();
    }

    /** What someone else's backward has left would count in the first step. */
    private void clearGradients() {
        List<NDArray> left = new ArrayList<>();
        for (TrainableTensor tensor : tensors) {
            NDArray value = tensor.parameter().getArray();
            if (value.hasGradient()) {
                left.add(value.getGradient());
            }
        }
        if (!left.isEmpty()) {
            program.run("zero", left);
            left.forEach(NDArray::close);
        }
    }

    /**
     * Updates every tensor from the gradients that backward has accumulated, then clears them.
     *
     * @param learningRate lr of this step
     */
    public void step(double learningRate) {
        acquireGradients();
        program.run("tick", time);
        for (Group group : groups) {
            if (!group.values.isEmpty()) {
                program.run(
                        "step",
                        group.values,
                        group.gradients,
                        group.first,
                        group.second,
                        group.time,
                        learningRate,
                        group.decay,
                        BETA1,
                        BETA2,
                        EPSILON);
                program.run("zero", group.gradients);
            }
        }
    }

    /** Gradients are added in place from the second backward on, so one handle lasts. */
    private void acquireGradients() {
        if (!groups.get(0).gradients.isEmpty() || !groups.get(1).gradients.isEmpty()) {
            return;
        }
        for (TrainableTensor tensor : tensors) {
            NDArray gradient = tensor.parameter().getArray().getGradient();
            // It outlives a scope the caller may have opened around the step.
            NDScope.unregister(gradient);
            gradient.attach(manager);
            groups.get(tensor.decayed() ? 0 : 1).gradients.add(gradient);
        }
    }

    /** Frees the moments. */
    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
