package io.github.rlrr.vit.part;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.initializer.ConstantInitializer;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A module that holds parameters: its path, their names and their shapes, said once.
 *
 * <p>Paths are relative to the part that has the layer, {@code attn.query} in an encoder block.
 */
public sealed interface Layer {

    /**
     * Where the layer stands in its part.
     *
     * @return names joined by dots, such as {@code mlp.fc1}
     */
    String path();

    /**
     * The parameters, in the order the DJL block has them.
     *
     * @return shapes by the parameter's own name, such as {@code weight}
     */
    Map<String, Shape> parameters();

    /**
     * The layer as a DJL block.
     *
     * @return a new block without weights
     */
    Block block();

    /**
     * The shape of an input from which the block tells its parameters' shapes.
     *
     * @return a batch of one
     */
    Shape input();

    /**
     * The name of a parameter in a program.
     *
     * @param parameter the parameter's own name
     * @return an identifier, such as {@code attn_query_weight}
     */
    default String variable(String parameter) {
        return (path() + "." + parameter).replace('.', '_');
    }

    /**
     * The shapes of all parameters of some layers.
     *
     * @param prefix what stands before each path, such as {@code blocks.0.}; may be empty
     * @param layers the layers
     * @return shapes by full path, in order
     */
    static Map<String, Shape> shapes(String prefix, Collection<? extends Layer> layers) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (Layer layer : layers) {
            layer.parameters()
                    .forEach(
                            (name, shape) -> shapes.put(prefix + layer.path() + "." + name, shape));
        }
        return shapes;
    }

    private static Map<String, Shape> pair(String first, Shape a, String second, Shape b) {
        Map<String, Shape> pair = new LinkedHashMap<>();
        pair.put(first, a);
        pair.put(second, b);
        return pair;
    }

    /**
     * y = x·Wᵀ + b, with W (out, in) and b (out).
     *
     * @param path where it stands
     * @param in the size of an input
     * @param out the size of an output
     * @param bias whether there is a b
     */
    record Linear(String path, int in, int out, boolean bias) implements Layer {

        /**
         * A layer with bias.
         *
         * @param path where it stands
         * @param in the size of an input
         * @param out the size of an output
         */
        public Linear(String path, int in, int out) {
            this(path, in, out, true);
        }

        /** The same without bias. */
        Linear bare() {
            return new Linear(path, in, out, false);
        }

        @Override
        public Map<String, Shape> parameters() {
            Shape weight = new Shape(out, in);
            return bias ? pair("weight", weight, "bias", new Shape(out)) : Map.of("weight", weight);
        }

        @Override
        public Block block() {
            return ai.djl.nn.core.Linear.builder().setUnits(out).optBias(bias).build();
        }

        @Override
        public Shape input() {
            return new Shape(1, in);
        }
    }

    /**
     * A norm over the last axis, γ and β (D).
     *
     * <pre>
     *   y = (x − mean) / √(variance + ε) · γ + β     layer norm
     *   y = x / √(mean of x² + ε) · γ                RMS norm, which is not centred
     * </pre>
     *
     * Source of the latter: Zhang and Sennrich, Root Mean Square Layer Normalization, NeurIPS 2019.
     *
     * @param path where it stands
     * @param width D
     * @param kind which of both, and ε
     */
    record Norm(String path, int width, NormKind kind) implements Layer {

        @Override
        public Map<String, Shape> parameters() {
            Shape gain = new Shape(width);
            return kind.centred() ? pair("gamma", gain, "beta", gain) : Map.of("gamma", gain);
        }

        @Override
        public Block block() {
            return kind.centred()
                    ? LayerNorm.builder().axis(2).optEpsilon(kind.epsilon()).build()
                    : new RmsNorm(this);
        }

        @Override
        public Shape input() {
            return new Shape(1, 1, width);
        }
    }

    /**
     * A factor for each number of a token: y = γ ⊙ x, with γ (D).
     *
     * @param path where it stands
     * @param width D
     */
    record Scale(String path, int width) implements Layer {

        @Override
        public Map<String, Shape> parameters() {
            return Map.of("gamma", new Shape(width));
        }

        @Override
        public Block block() {
            // No norm's gain, by whose type norms are known.
            return new Held("gamma", Parameter.Type.OTHER, Initializer.ONES, new Shape(width));
        }

        @Override
        public Shape input() {
            return new Shape(1, width);
        }
    }

    /**
     * Learned tokens (1, n, D) that no input brings, under the name {@code token}.
     *
     * @param path where they stand
     * @param count n
     * @param width D
     */
    record Tokens(String path, int count, int width) implements Layer {

        private static final float DEVIATION = 0.02f;

        @Override
        public Map<String, Shape> parameters() {
            return Map.of("token", new Shape(1, count, width));
        }

        @Override
        public Block block() {
            return new Held(
                    "token", Parameter.Type.OTHER, new NormalInitializer(DEVIATION), input());
        }

        @Override
        public Shape input() {
            return new Shape(1, count, width);
        }
    }

    /**
     * The angles by which each head turns its pairs of numbers from column to column and from row
     * to row, (2, H, pairs), under the name {@code freqs}.
     *
     * @param path where they stand
     * @param heads H
     * @param pairs half of a head's width
     */
    record Frequencies(String path, int heads, int pairs) implements Layer {

        private static final float DEVIATION = 0.3f;

        @Override
        public Map<String, Shape> parameters() {
            return Map.of("freqs", input());
        }

        @Override
        public Block block() {
            return new Held(
                    "freqs", Parameter.Type.OTHER, new NormalInitializer(DEVIATION), input());
        }

        @Override
        public Shape input() {
            return new Shape(2, heads, pairs);
        }
    }

    /**
     * Learned numbers of one shape that the block around them looks up, under a name of their own.
     *
     * @param path where they stand
     * @param name the parameter's own name, such as {@code table}
     * @param shape of the parameter
     * @param start of every number
     */
    record Values(String path, String name, Shape shape, float start) implements Layer {

        @Override
        public Map<String, Shape> parameters() {
            return Map.of(name, shape);
        }

        @Override
        public Block block() {
            return new Held(name, Parameter.Type.OTHER, new ConstantInitializer(start), shape);
        }

        @Override
        public Shape input() {
            return new Shape(1, 1);
        }
    }

    /**
     * A convolution of square kernels that do not overlap: images (B, in, h, w) to (B, out, h /
     * side, w / side), with a kernel (out, in, side, side) and a bias (out).
     *
     * @param path where it stands
     * @param in channels of the input
     * @param out channels of the output
     * @param side of a kernel, and the stride, in pixels
     * @param bias whether there is a bias
     */
    record Patches(String path, int in, int out, int side, boolean bias) implements Layer {

        @Override
        public Map<String, Shape> parameters() {
            Shape weight = new Shape(out, in, side, side);
            return bias ? pair("weight", weight, "bias", new Shape(out)) : Map.of("weight", weight);
        }

        @Override
        public Block block() {
            Shape kernel = new Shape(side, side);
            return Conv2d.builder()
                    .setKernelShape(kernel)
                    .optStride(kernel)
                    .optBias(bias)
                    .setFilters(out)
                    .build();
        }

        @Override
        public Shape input() {
            return new Shape(1, in, side, side);
        }
    }
}
