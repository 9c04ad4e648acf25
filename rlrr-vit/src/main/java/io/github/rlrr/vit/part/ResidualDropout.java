package io.github.rlrr.vit.part;

/**
 * What is dropped from the residual branches while a Vision Transformer trains. A block's branches
 * are the output of its attention and of its MLP, each before it is added:
 *
 * <pre>
 *   x ← x + branch ⊙ m       m = m_elements ⊙ m_examples       branch: (B, N, D)
 *   m_elements (B, N, D), m_examples (B, 1, 1): 0 with probability p, else 1 / (1 − p)
 *   p = rate · i / (L − 1)   in block i of L, counted from 0; 0 for a single block
 * </pre>
 *
 * So the branch keeps its expectation, and the first block is never touched. The masks come from
 * libtorch's generator, which the training loop seeds before every forward from seed and step. A
 * forward that does not train drops nothing.
 *
 * <p>The published RLRR code calls its rate {@code drop_path}, but drops elements. Stochastic depth
 * proper is in Huang et al., Deep Networks with Stochastic Depth, ECCV 2016, and timm's {@code
 * drop_path}.
 *
 * @param elements the last block's probability that an element of a branch is dropped, 0 or more
 *     and less than 1; 0: none is
 * @param examples the last block's probability that an example loses a branch as a whole, likewise
 */
public record ResidualDropout(double elements, double examples) {

    /** Drops nothing. */
    public static final ResidualDropout NONE = new ResidualDropout(0, 0);

    /**
     * Checks the rates.
     *
     * @param elements 0 or more and less than 1
     * @param examples 0 or more and less than 1
     * @throws IllegalArgumentException naming the rate that is out of range
     */
    public ResidualDropout {
        check("the dropout rate of elements", elements);
        check("the dropout rate of examples (stochastic depth)", examples);
    }

    private static void check(String what, double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(
                    what + " is " + rate + ", expected 0 or more and less than 1");
        }
    }

    /**
     * Drops single elements, as the published code does.
     *
     * @param rate the last block's rate
     * @return element-wise dropout alone
     * @throws IllegalArgumentException when the rate is not 0 or more and less than 1
     */
    public static ResidualDropout ofElements(double rate) {
        return new ResidualDropout(rate, 0);
    }

    /**
     * Drops a branch of an example as a whole: stochastic depth.
     *
     * @param rate the last block's rate
     * @return stochastic depth alone
     * @throws IllegalArgumentException when the rate is not 0 or more and less than 1
     */
    public static ResidualDropout ofExamples(double rate) {
        return new ResidualDropout(0, rate);
    }

    /**
     * The rates of one block.
     *
     * @param index the block, from 0
     * @param depth the number of blocks
     * @return how it adds its branches
     */
    ResidualSum sum(int index, int depth) {
        double share = depth == 1 ? 0 : (double) index / (depth - 1);
        return new ResidualSum((float) (elements * share), (float) (examples * share));
    }
}
