package io.github.rlrr.vit;

import ai.djl.Device;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchProgram;
import java.util.Locale;

/**
 * How the linear layers of a program are computed: y = x·Wᵀ + b, and with GELU after it.
 *
 * <p>Where nothing is recorded, on a CPU in float32, oneDNN's product takes 4 to 15 % less time
 * than MKL's, which {@code torch.linear} calls ({@code docs/benchmark/products.py}). It has no
 * gradient.
 */
enum Products {
    /** libtorch's own, with gradients, on every device. */
    RECORDED,
    /** oneDNN's, without. */
    UNRECORDED;

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

    /** What a forward that is not trained can take on this thread. */
    static Products of(Device device) {
        return !device.isGpu() && !GradMode.isOn() && Probe.HAS_ONEDNN ? UNRECORDED : RECORDED;
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
