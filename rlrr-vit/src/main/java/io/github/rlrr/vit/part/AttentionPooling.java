package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One token made of all by a learned question: (B, N, D) to (B, 1, D).
 *
 * <pre>
 *   y = attention(latent, x)         latent (1, 1, D) asks, x answers
 *   y + mlp(norm(y))
 * </pre>
 *
 * <p>Source: Zhai et al., Scaling Vision Transformers, CVPR 2022; timm's {@code
 * AttentionPoolLatent}. Runs on DJL's PyTorch engine alone.
 */
public final class AttentionPooling extends Modules {

    private final String recorded;
    private final int width;

    /**
     * Builds the pooling without weights.
     *
     * @param parts what it is made of, at the paths of this block
     */
    @SuppressWarnings("this-escape")
    public AttentionPooling(Parts parts) {
        super(parts.layers());
        width = parts.latent().width();
        ProgramText text =
                new ProgramText(parts.layers(), LinearKernel.RECORDED, Precision.FLOAT32);
        String latent = parts.latent().variable("token");
        String asking = text.let("l", "torch.expand(" + latent + ", [torch.size(x, 0), -1, -1])");
        String y = parts.attention().write(text, asking, "x", asking);
        String n = text.let("n", text.norm(parts.norm(), y));
        String added = parts.mlp().write(text, n, n, n);
        recorded = text.returns("torch.add(" + y + ", " + added + ")");
    }

    /**
     * What it is made of.
     *
     * @param latent the question
     * @param attention the question asks, all tokens answer
     * @param norm before the MLP
     * @param mlp on the answer
     */
    public record Parts(Layer.Tokens latent, Attention attention, Layer.Norm norm, Operation mlp) {

        /**
         * Parts of one width.
         *
         * @param width D
         * @param heads H; divides D
         * @param hidden the size of the MLP's hidden layer
         * @param activation of the MLP
         * @param norms the norm's kind
         * @return the parts
         */
        public static Parts of(
                int width, int heads, int hidden, Activation activation, NormKind norms) {
            return new Parts(
                    new Layer.Tokens("latent", 1, width),
                    Attention.of("attn", width, heads, true),
                    norms.at("norm", width),
                    Mlp.of("mlp", width, hidden, activation));
        }

        /**
         * The modules that hold its parameters.
         *
         * @return the layers, in the order of the block's parameters
         */
        public List<Layer> layers() {
            List<Layer> layers = new ArrayList<>();
            layers.add(latent);
            layers.addAll(attention.layers());
            layers.add(norm);
            layers.addAll(mlp.layers());
            return layers;
        }

        /**
         * Counts the matrix products of a forward.
         *
         * @param counter takes them
         * @param batch B
         * @param tokens N
         */
        public void count(ProductCounter counter, long batch, long tokens) {
            attention.count(counter, batch, 1, tokens);
            mlp.count(counter, batch, 1, 1);
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList tokens,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray x = tokens.singletonOrThrow();
        return new NDList(run(recorded, store, x, training));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {new Shape(inputs[0].get(0), 1, width)};
    }
}
