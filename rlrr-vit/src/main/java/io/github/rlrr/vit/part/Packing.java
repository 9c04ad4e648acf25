package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.Processor;
import io.github.rlrr.torch.TorchProgram;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How a network that only answers holds the weights of its linear layers: arranged once as oneDNN's
 * product reads them, which otherwise every product does again.
 *
 * <p>A packed weight is an array that nothing but such a product can read. It takes the room of the
 * plain one, in bfloat16 half and in int8 a quarter of it.
 */
enum Packing {
    /** As it is. */
    FLOAT32(LinearKernel.PACKED, Precision.FLOAT32, "w"),
    /** Rounded to bfloat16, in the type that products of it are computed in. */
    BFLOAT16(LinearKernel.PACKED, Precision.BFLOAT16, "torch.to(torch.to(w, 15), %d)"),
    /** Whole numbers of −127 to 127 and the scale of each row, its largest magnitude / 127. */
    INT8(LinearKernel.INT8, Precision.FLOAT32, "");

    private static final String REORDER =
            """
              def forward(self, w: Tensor) -> Tensor:
                return ops.mkldnn._reorder_linear_weight(%s, None)
            """;

    private static final String SCALE =
            """
              def forward(self, w: Tensor) -> Tensor:
                w = torch.to(w, 6)
                return torch.clamp_min(torch.div(torch.amax(torch.abs(w), [1]), 127.), 1e-30)
            """;

    private static final String WHOLE =
            """
              def forward(self, w: Tensor, s: Tensor) -> Tensor:
                i = torch.round(torch.div(torch.to(w, 6), torch.unsqueeze(s, 1)))
                return ops.onednn.qlinear_prepack(torch.to(i, 1), None)
            """;

    private final LinearKernel kernel;
    private final Precision rest;
    private final String rounded;

    Packing(LinearKernel kernel, Precision rest, String rounded) {
        this.kernel = kernel;
        this.rest = rest;
        this.rounded = rounded;
    }

    private static final Map<Packing, Boolean> WORKS = new ConcurrentHashMap<>();

    /**
     * Whether a weight can be packed here, tried once: not every build of libtorch has the
     * operators, and some have them and refuse.
     */
    private boolean works(NDArray weight) {
        return !weight.getDevice().isGpu()
                && WORKS.computeIfAbsent(this, packing -> packing.packs(weight.getManager()));
    }

    private boolean packs(NDManager manager) {
        try (NDManager scope = manager.newSubManager()) {
            pack(scope.ones(new Shape(16, 16)));
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /**
     * How weights are held for products of a type.
     *
     * @param precision the type
     * @param weight one of the weights
     * @return null where they are best left as they are: on GPUs, in builds of libtorch without
     *     oneDNN, where they are held in half
     * @throws IllegalArgumentException for int8 where it cannot be computed
     */
    static @Nullable Packing of(Precision precision, NDArray weight) {
        if (precision == Precision.INT8) {
            if (!Processor.isFastInInt8() || !INT8.works(weight)) {
                throw new IllegalArgumentException(
                        "int8 needs a CPU with the instructions avx512_vnni or avx_vnni, as Linux"
                                + " lists them, and libtorch's oneDNN; compute in float32 here");
            }
            return INT8;
        }
        if (weight.getDataType() != DataType.FLOAT32 || !FLOAT32.works(weight)) {
            return null;
        }
        return precision == Precision.BFLOAT16 ? BFLOAT16 : FLOAT32;
    }

    /** What computes with such weights. */
    LinearKernel kernel() {
        return kernel;
    }

    /** The type of products as a program's text has it. */
    Precision rest() {
        return rest;
    }

    /**
     * Packs a weight.
     *
     * @param weight (out, in); left as it is
     * @return what a program takes in its place, on the weight's manager: the packed weight, in
     *     int8 its scales (out) too
     */
    List<NDArray> pack(NDArray weight) {
        if (this != INT8) {
            String text = rounded.formatted(ProgramText.productsOnCpu());
            return List.of(run(REORDER.formatted(text), weight));
        }
        NDArray scale = run(SCALE, weight);
        return List.of(run(WHOLE, weight, scale), scale);
    }

    private static NDArray run(String program, NDArray... inputs) {
        return TorchProgram.shared(program).forward(inputs).head();
    }
}
