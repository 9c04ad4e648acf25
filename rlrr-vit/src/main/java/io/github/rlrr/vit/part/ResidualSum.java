package io.github.rlrr.vit.part;

/**
 * How a residual branch is added: with one block's share of {@link ResidualDropout}.
 *
 * @param elements the probability that an element of the branch is dropped
 * @param examples the probability that an example loses the branch
 */
record ResidualSum(float elements, float examples) {

    static final ResidualSum PLAIN = new ResidualSum(0, 0);

    /**
     * Lines of a program that drop a part of a branch before it is added. Without dropout there are
     * none, so the generator is left alone and rate 0 changes nothing else either.
     *
     * @param branch the variable of the branch (B, N, D), which is set anew
     */
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
}
