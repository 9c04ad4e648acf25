package io.github.rlrr.module;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Deconvolution;
import io.github.rlrr.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A module whose parameters can be read through a reparameterization: the unit of adaptation, since
 * a method may share its tensors between a module's weight and its bias.
 *
 * <p>A parameter that belongs to none of these modules is a site too, of the kind {@link
 * SiteKind#PARAMETER}: it can be trained as a whole.
 *
 * @param path the module's path in its {@link ModuleTree}; a lone parameter's own path
 * @param kind what the module computes
 * @param weight the weight, the gain of a norm, or the lone parameter; its shape is null until
 *     initialization
 * @param bias the bias, or null for a site without one
 */
public record Site(String path, SiteKind kind, Parameter weight, @Nullable Parameter bias) {

    /**
     * Recognises a module by its own parameters: a {@code weight} of two dimensions is a linear
     * layer, one of four a convolution, a gain of one dimension, perhaps with a bias, a norm. A
     * transposed convolution is none: its kernel is (in, out, k, k). Nor is a norm over several
     * axes, whose gain has as many.
     */
    static @Nullable Site of(ModuleTree.Module module) {
        Parameter weight = null;
        Parameter bias = null;
        Parameter gain = null;
        Parameter beta = null;
        for (Parameter parameter : module.block().getDirectParameters().values()) {
            switch (parameter.getType()) {
                case WEIGHT -> weight = "weight".equals(parameter.getName()) ? parameter : weight;
                case BIAS -> bias = "bias".equals(parameter.getName()) ? parameter : bias;
                case GAMMA -> gain = parameter;
                case BETA -> beta = parameter;
                default -> {}
            }
        }
        if (gain != null) {
            Shape shape = gain.getShape();
            if (shape != null && shape.dimension() != 1) {
                return null;
            }
            return new Site(module.path(), SiteKind.NORM, gain, beta);
        }
        if (weight == null
                || weight.getShape() == null
                || module.block() instanceof Deconvolution) {
            return null;
        }
        return switch (weight.getShape().dimension()) {
            case 2 -> new Site(module.path(), SiteKind.LINEAR, weight, bias);
            case 4 -> new Site(module.path(), SiteKind.CONVOLUTION, weight, bias);
            default -> null;
        };
    }

    /**
     * The full name of one of a method's tensors here; a lone parameter has one, of its name.
     *
     * @param tensor the tensor's own name
     * @return the name in adapter files
     */
    @Internal
    public String tensorName(String tensor) {
        return kind == SiteKind.PARAMETER ? path : ModuleTree.join(path, tensor);
    }

    /**
     * The number of output features or channels.
     *
     * @return the weight's first dimension
     */
    public long outputs() {
        return weight.getShape().get(0);
    }

    /**
     * The weight as the matrix that is rescaled: (out, in) for a linear layer; (out·k, in·k) for a
     * convolution kernel (out, in, k, k) permuted to (out, k, in, k).
     *
     * @return the matrix' shape
     * @throws IllegalStateException for a norm or a lone parameter, which is no matrix
     */
    public Shape matrixShape() {
        Shape shape = weight.getShape();
        return switch (kind) {
            case LINEAR -> shape;
            case CONVOLUTION -> new Shape(shape.get(0) * shape.get(2), shape.get(1) * shape.get(3));
            case NORM, PARAMETER ->
                    throw new IllegalStateException(
                            path + " is a " + kind.label() + ": it has no matrix");
        };
    }

    /**
     * Refuses a rank that no matrix of this shape can have.
     *
     * @param name what the method calls it
     * @param rank what is asked for
     * @param largest what adds something
     * @throws IllegalArgumentException naming the layer, its shape and the largest rank
     */
    public void requireRank(String name, int rank, long largest) {
        if (rank > largest) {
            throw new IllegalArgumentException(
                    name
                            + " is "
                            + rank
                            + ", but "
                            + (path.isEmpty() ? "the layer" : path)
                            + " has the shape "
                            + matrixShape()
                            + ", for which more than "
                            + largest
                            + " adds nothing; choose at most that, or leave this layer out of the"
                            + " targets");
        }
    }
}
