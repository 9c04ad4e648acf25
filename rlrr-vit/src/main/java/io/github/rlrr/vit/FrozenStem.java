package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/**
 * What of a network comes before the first module that an adapter changes. It answers the same of
 * an image in every epoch, so it can be computed once.
 *
 * <pre>
 *   logits = head(embedding(stem(images)))
 * </pre>
 */
public interface FrozenStem {

    /**
     * The network that it begins.
     *
     * @return the whole
     */
    Backbone network();

    /**
     * The shape of what leaves the stem of one image.
     *
     * @return (D) before a head, (N, D) before an encoder block
     */
    Shape output();

    /**
     * Computes the stem.
     *
     * @param store answers with the parameters' values
     * @param images (B, 3, h, w), normalised
     * @param training true for what a training step computes
     * @return (B, {@link #output}); on the images' manager
     */
    NDArray forward(ParameterStore store, NDArray images, boolean training);

    /**
     * Computes what comes after it.
     *
     * @param store answers with the parameters' values
     * @param kept what left the stem, (B, {@link #output})
     * @param training true within a training step
     * @return logits (B, classes)
     */
    NDArray logits(ParameterStore store, NDArray kept, boolean training);

    /**
     * The other part of the network, which shares its weights.
     *
     * @return a block from (B, {@link #output}) to logits, without parameters of its own
     */
    default Block rest() {
        return new StemRest(this);
    }
}
