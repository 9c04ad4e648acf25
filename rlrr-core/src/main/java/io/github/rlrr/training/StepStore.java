package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.rlrr.data.BatchLoader;
import io.github.rlrr.torch.Autograd;
import io.github.rlrr.torch.Segment;
import io.github.rlrr.torch.TorchRuntime;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The parameters of a training step, and how the segments of the network are run in it.
 *
 * <p>Each segment draws its dropout masks from a seed of its own. With recomputation what a segment
 * has recorded is thrown away at its end; backward goes over the segments from the last to the
 * first:
 *
 * <pre>
 *   forward:   y = f(x)         x and y are kept
 *   backward:  y = f(x) again;  ∂L/∂y gives ∂L/∂x and the gradients of f's parameters
 * </pre>
 *
 * The same operations run in the same order as without, so the gradients are equal bit for bit
 * where the operations repeat bit for bit. The gradient of a tensor that segments share is summed
 * in another order, and differs by rounding.
 */
final class StepStore extends ParameterStore implements Segment.Runner {

    /**
     * A segment to be computed again.
     *
     * @param segment what it computes
     * @param x its input, with the graph that leads to it
     * @param y its output, a leaf where the rest of the graph leaves its gradient
     * @param seed of its dropout
     */
    private record Forgotten(Segment segment, NDArray x, NDArray y, long seed) {}

    private final boolean recompute;
    private final Deque<Forgotten> forgotten = new ArrayDeque<>();
    private long seed;
    private int segments;

    /**
     * A store without values yet.
     *
     * @param manager owns what is mirrored to other devices
     * @param recompute whether segments are computed again in backward
     */
    StepStore(NDManager manager, boolean recompute) {
        super(manager, false);
        this.recompute = recompute;
    }

    /** Seeds what a forward draws. */
    void begin(long forwardSeed) {
        seed = forwardSeed;
        segments = 0;
        forgotten.clear();
        TorchRuntime.seed(forwardSeed);
    }

    @Override
    public NDArray run(Segment segment, NDArray x) {
        long own = BatchLoader.mix(seed, ++segments);
        TorchRuntime.seed(own);
        if (!recompute) {
            return segment.forward(this, x);
        }
        NDArray y;
        // Recorded and thrown away: unrecorded, libtorch rounds otherwise than when computed again.
        NDArray recorded = segment.forward(this, x);
        if (!Autograd.isRecorded(recorded)) {
            return recorded; // nothing in here or before is trained
        }
        try (recorded) {
            y = recorded.stopGradient();
        }
        y.setRequiresGradient(true);
        forgotten.push(new Forgotten(segment, view(x), y, own));
        return view(y);
    }

    /** A handle of its own, through which gradients flow; the network closes the one it has. */
    private static NDArray view(NDArray array) {
        return array.reshape(array.getShape());
    }

    /**
     * Goes on where the backward of the loss has ended: at the last segment's output.
     *
     * @throws IllegalStateException when there is nothing to recompute
     */
    void backward() {
        if (recompute && segments == 0) {
            throw new IllegalStateException(
                    "recomputation is asked for, but the network has no segments to compute again:"
                            + " run its parts through Segment.run, or train without");
        }
        while (!forgotten.isEmpty()) {
            Forgotten last = forgotten.pop();
            TorchRuntime.seed(last.seed());
            try (NDArray x = last.x().stopGradient()) {
                boolean leadsOn = Autograd.isRecorded(last.x());
                x.setRequiresGradient(leadsOn);
                try (NDArray y = last.segment().forward(this, x);
                        NDArray gradient = last.y().getGradient()) {
                    last.y().close();
                    Autograd.backward(y, gradient);
                }
                if (leadsOn) {
                    try (NDArray gradient = x.getGradient()) {
                        Autograd.backward(last.x(), gradient);
                    }
                }
                last.x().close();
            }
        }
    }
}
