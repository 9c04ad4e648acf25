package io.github.rlrr.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/** What autograd does in the middle of a graph; DJL's collector starts at a scalar only. */
public final class Autograd {

    /** The answer is a length, as lengths are known without waiting for a device. */
    private static final String RECORDED =
            """
              def forward(self, x: Tensor) -> Tensor:
                return torch.zeros([int(x.requires_grad)])
            """;

    private Autograd() {}

    /**
     * Adds ∂L/∂leaf to the gradient of every leaf that {@code output} was computed from, and frees
     * what was recorded for it.
     *
     * @param output any array that was recorded
     * @param gradient ∂L/∂output, of the same shape and type
     */
    public static void backward(NDArray output, NDArray gradient) {
        JniUtils.backward((PtNDArray) output, (PtNDArray) gradient, false, false);
    }

    /**
     * Whether backward has somewhere to go from an array. DJL's {@code requiresGrad} and {@code
     * hasGradient} know leaves only, and its {@code getGradientFunctionNames} ends the process
     * where nothing is recorded.
     *
     * @param array any array
     * @return true when it was computed from something that takes a gradient, or does itself
     */
    public static boolean isRecorded(NDArray array) {
        try (NDArray answer = TorchProgram.shared(RECORDED).forward(array).head()) {
            return answer.size() == 1;
        }
    }
}
