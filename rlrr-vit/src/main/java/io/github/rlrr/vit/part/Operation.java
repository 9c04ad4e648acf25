package io.github.rlrr.vit.part;

import java.util.List;

/**
 * What a branch of an encoder block computes from normed tokens: attention, or an MLP.
 *
 * <p>Some tokens ask and all answer: in the last block those alone have to ask that leave the
 * network, such as the class token.
 */
public interface Operation {

    /**
     * The modules that hold its parameters.
     *
     * @return the layers, in the order of the block's parameters
     */
    List<Layer> layers();

    /**
     * Whether a token's result depends on other tokens.
     *
     * @return true for attention
     */
    boolean mixesTokens();

    /**
     * Writes the computation.
     *
     * @param text where to
     * @param asking the variable of the normed tokens (B, M, D) that ask
     * @param all the variable of all normed tokens (B, N, D); the same where all ask
     * @param like a variable of the result's shape (B, M, D)
     * @return the variable of the result
     */
    String write(ProgramText text, String asking, String all, String like);

    /**
     * Counts the matrix products of a forward.
     *
     * @param counter takes them
     * @param batch B
     * @param asking M, the tokens that ask
     * @param all N
     */
    void count(ProductCounter counter, long batch, long asking, long all);
}
