package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchProgram;
import java.util.Locale;

/**
 * How the linear layers of a program are computed: y = x·Wᵀ + b, and with GELU after it.
 *
 * <p>Where nothing is recorded, on a CPU in float32, oneDNN's product of a large input takes a
 * twelfth less time than MKL's, which {@code torch.linear} calls; of a small one it takes more,
 * unless the weight is packed ({@code docs/benchmark/products.py}, batch 8 and 1). It has no
 * gradient.
 */
enum LinearKernel {
    /** libtorch's own, with gradients, on every device. */
    RECORDED,
    /** oneDNN's, without. */
    UNRECORDED,
    /** oneDNN's, of weights that are {@link Packing packed}. */
    PACKED,
    /** oneDNN's, of packed weights in 8 bits and inputs that are rounded to 8 bits. */
    INT8;

    private static final String ONEDNN =
            "ops.mkldnn._linear_pointwise(%s, %s, %s, \"%s\","
                    + " annotate(List[Optional[number]], []), \"none\")";

    /** Not every build of libtorch has oneDNN. */
    private static final class Probe {
        static final boolean HAS_ONEDNN =
                TorchProgram.compiles(
                        "  def forward(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:\n"
                                + "    return "
                                + UNRECORDED.gelu("x", "w", "b")
                                + "\n");
    }

    /** The least size of an input (B, N, D) for oneDNN: six images of a ViT-B/16. */
    static final long LARGE = 6 * 197 * 768;

    /**
     * What a forward that is not trained can take on this thread, where weights are not packed.
     *
     * @param x its input (B, N, D)
     */
    static LinearKernel of(NDArray x) {
        return !x.getDevice().isGpu() && x.size() >= LARGE && !GradMode.isOn() && Probe.HAS_ONEDNN
                ? UNRECORDED
                : RECORDED;
    }

    /** Whether a weight is an input as {@link Packing} made it. */
    boolean isPacked() {
        return this == PACKED || this == INT8;
    }

    String linear(String x, String weight, String bias) {
        return this == RECORDED
                ? "torch.linear(" + x + ", " + weight + ", " + bias + ")"
                : String.format(Locale.ROOT, ONEDNN, x, weight, bias, "none");
    }

    String gelu(String x, String weight, String bias) {
        return this == RECORDED
                ? "torch.gelu(" + linear(x, weight, bias) + ")"
                : String.format(Locale.ROOT, ONEDNN, x, weight, bias, "gelu");
    }
}
