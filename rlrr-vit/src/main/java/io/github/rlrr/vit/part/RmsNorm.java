package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.torch.TorchProgram;
import org.jspecify.annotations.Nullable;

/**
 * A norm without a mean, {@code y = x / √(mean of x² + ε) · γ} over the last axis, which DJL lacks:
 * (B, N, D) to (B, N, D). Runs on DJL's PyTorch engine alone.
 */
final class RmsNorm extends AbstractBlock {

    private final Parameter gamma;
    private final Shape shape;
    private final String program;

    @SuppressWarnings("this-escape")
    RmsNorm(Layer.Norm layer) {
        shape = new Shape(layer.width());
        gamma =
                addParameter(
                        Parameter.builder().setName("gamma").setType(Parameter.Type.GAMMA).build());
        program =
                "  def forward(self, x: Tensor, gamma: Tensor) -> Tensor:\n    return "
                        + ProgramText.norm(layer.kind(), layer.width(), "x", "gamma", "")
                        + "\n";
    }

    @Override
    protected void prepare(Shape[] inputs) {
        gamma.setShape(shape);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        NDArray gain = store.getValue(gamma, x.getDevice(), training);
        return new NDList(TorchProgram.shared(program).forward(x, gain).head());
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inputs.clone();
    }
}
