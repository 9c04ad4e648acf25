package io.github.rlrr.vit.part;

/** Takes the matrix products of a forward, part by part, to count or to time them. */
public interface ProductCounter {

    /**
     * X·Wᵀ of a linear layer.
     *
     * @param rows of X
     * @param layer whose W (out, in)
     */
    void linear(long rows, Layer.Linear layer);

    /**
     * The projection of patches, whose images need no gradient.
     *
     * @param rows patches of all images
     * @param layer whose kernel
     */
    void patches(long rows, Layer.Patches layer);

    /**
     * Q·Kᵀ and A·V of attention.
     *
     * @param heads B·H, as many products of each kind
     * @param asking the rows of Q
     * @param all the rows of K and V
     * @param width d, the columns of each
     */
    void attention(long heads, long asking, long all, long width);
}
