package io.github.rlrr.spectrum;

/**
 * What changed in one weight matrix: W before, W' after, ΔW = W' − W.
 *
 * <p>W is (out, in) as DJL holds it: y = x·Wᵀ + b. Its left singular vectors are directions of the
 * outputs, its right ones of the inputs. The paper writes X·W with W (in, out) and calls them the
 * other way round.
 *
 * @param path the module's path, such as {@code blocks.0.attn.query}
 * @param rows the outputs; out·k for a convolution of kernel k
 * @param columns the inputs; in·k for a convolution
 * @param before the singular values of W
 * @param after the singular values of W'
 * @param change the singular values of ΔW
 * @param outputs the angles between the leading left singular subspaces of W and W'
 * @param inputs the angles between the leading right ones
 */
public record LayerChange(
        String path,
        int rows,
        int columns,
        Spectrum before,
        Spectrum after,
        Spectrum change,
        PrincipalAngles outputs,
        PrincipalAngles inputs) {

    /** Twice what rounding to float32 can move a value, relative to it. */
    private static final double ROUNDING = 0x1p-23;

    /** Computes one; neither matrix is zero. */
    static LayerChange of(String path, Entries before, Entries after, int leading) {
        try (Matrix w = before.matrix();
                Matrix changed = after.matrix();
                Matrix difference = after.minus(before).matrix()) {
            Angles angles = angles(w, changed, leading);
            return new LayerChange(
                    path,
                    before.rows(),
                    before.columns(),
                    new Spectrum(w.singularValues()),
                    new Spectrum(changed.singularValues()),
                    new Spectrum(difference.singularValues()),
                    angles.outputs(),
                    angles.inputs());
        }
    }

    private record Angles(PrincipalAngles outputs, PrincipalAngles inputs) {}

    private static Angles angles(Matrix w, Matrix changed, int leading) {
        try (Matrix.Leading first = w.leading(leading);
                Matrix.Leading second = changed.leading(first.left().columns())) {
            if (second.left().columns() == first.left().columns()) {
                return angles(first, second);
            }
            try (Matrix.Leading fewer = w.leading(second.left().columns())) {
                return angles(fewer, second);
            }
        }
    }

    private static Angles angles(Matrix.Leading first, Matrix.Leading second) {
        return new Angles(
                PrincipalAngles.between(first.left(), second.left()),
                PrincipalAngles.between(first.right(), second.right()));
    }

    /**
     * How far the matrix moved: ‖ΔW‖_F / ‖W‖_F.
     *
     * @return a share of W's norm
     */
    public double relativeNorm() {
        return change.norm() / before.norm();
    }

    /**
     * The numeric rank of the change: its singular values above 2⁻²³·‖W'‖_F. W' is a float32
     * matrix, and rounding alone can make values half as large out of nothing.
     *
     * @return the rank of ΔW, 0 where all of it may be rounding
     */
    public int changeRank() {
        return change.rank(ROUNDING * after.norm());
    }
}
