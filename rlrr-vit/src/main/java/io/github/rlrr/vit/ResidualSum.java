package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.Dropout;

/**
 * Adds a residual branch, with one block's share of {@link ResidualDropout}.
 *
 * @param elements the probability that an element of the branch is dropped
 * @param examples the probability that an example loses the branch
 */
record ResidualSum(float elements, float examples) {

    static final ResidualSum PLAIN = new ResidualSum(0, 0);

    /**
     * Adds. Without dropout the generator is left alone, so rate 0 changes nothing else either.
     *
     * @param x (B, N, D)
     * @param branch (B, N, D), the caller's to close
     * @param training whether anything is dropped
     * @return x + branch ⊙ mask, on x's manager
     */
    NDArray add(NDArray x, NDArray branch, boolean training) {
        if (!training || (elements == 0 && examples == 0)) {
            return x.add(branch);
        }
        try (NDArray some = withoutElements(branch);
                NDArray fewer = withoutExamples(some)) {
            return x.add(fewer);
        }
    }

    /** The same as lines of a program, which drop a part of the variable {@code branch}. */
    String text(String branch) {
        String text = "";
        if (elements > 0) {
            text += line(branch, "torch.dropout(" + branch + ", " + (double) elements + ", True)");
        }
        if (examples > 0) {
            String ones = "torch.new_ones(" + branch + ", [torch.size(" + branch + ", 0), 1, 1])";
            String mask = "torch.dropout(" + ones + ", " + (double) examples + ", True)";
            text += line(branch, "torch.mul(" + branch + ", " + mask + ")");
        }
        return text;
    }

    private static String line(String variable, String value) {
        return "    " + variable + " = " + value + "\n";
    }

    private NDArray withoutElements(NDArray branch) {
        return elements == 0 ? same(branch) : Dropout.dropout(branch, elements, true).head();
    }

    /** The mask is an array of ones after dropout: libtorch's own memory, as backward needs. */
    private NDArray withoutExamples(NDArray branch) {
        if (examples == 0) {
            return same(branch);
        }
        Shape perExample = new Shape(branch.getShape().get(0), 1, 1);
        try (NDArray ones =
                        branch.getManager()
                                .ones(perExample, branch.getDataType(), branch.getDevice());
                NDArray mask = Dropout.dropout(ones, examples, true).head()) {
            return branch.mul(mask);
        }
    }

    /** A handle of its own, to be closed like the others. */
    private static NDArray same(NDArray array) {
        return array.reshape(array.getShape());
    }
}
