package io.github.rlrr.vit.part;

/**
 * How a network's norms are computed.
 *
 * @param epsilon ε, above 0
 * @param centred true for layer norm, false for RMS norm
 */
public record NormKind(float epsilon, boolean centred) {

    /**
     * Layer norms.
     *
     * @param epsilon ε
     * @return the kind
     */
    public static NormKind layer(float epsilon) {
        return new NormKind(epsilon, true);
    }

    /**
     * A norm of this kind.
     *
     * @param path where it stands
     * @param width D
     * @return the layer
     */
    public Layer.Norm at(String path, int width) {
        return new Layer.Norm(path, width, this);
    }
}
