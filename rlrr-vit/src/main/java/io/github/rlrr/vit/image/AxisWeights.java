package io.github.rlrr.vit.image;

/**
 * Which source positions, in what proportions, make each position along one axis of a resized
 * image.
 *
 * <p>Output position i has its centre at c = (i + 0.5)·s in the source, where s = in / out. It
 * takes the source positions within the filter's support of c, weighted by the filter. When
 * shrinking, s &gt; 1, filter and support are stretched by s, which is what keeps fine detail from
 * aliasing. At s = 1 a position takes itself alone. Weights sum to 1 and are held as fixed-point
 * numbers with {@link #FRACTION_BITS} bits of fraction.
 */
final class AxisWeights {

    /** 32 bits less 8 for the pixel value and 2 for overshoot and sign. */
    static final int FRACTION_BITS = 22;

    /** Most source positions of any output position; the stride of {@link #weights}. */
    final int taps;

    /** First source position, by output position from the first wanted one on. */
    final int[] first;

    /** Number of source positions, by output position. */
    final int[] count;

    /** out × taps fixed-point weights. */
    final int[] weights;

    /** All output positions. */
    AxisWeights(int in, int out, Interpolation filter) {
        this(in, out, 0, out, filter);
    }

    /** The {@code wanted} output positions from {@code from} on, of {@code out} in all. */
    AxisWeights(int in, int out, int from, int wanted, Interpolation filter) {
        double scale = (double) in / out;
        double stretch = Math.max(scale, 1);
        double support = filter.support * stretch;
        taps = 2 * (int) Math.ceil(support) + 1;
        first = new int[wanted];
        count = new int[wanted];
        weights = new int[Math.multiplyExact(wanted, taps)];
        double[] exact = new double[taps];
        for (int i = 0; i < wanted; i++) {
            double centre = (from + i + 0.5) * scale;
            first[i] = Math.max(0, (int) (centre - support + 0.5));
            count[i] = Math.min(in, (int) (centre + support + 0.5)) - first[i];
            double sum = 0;
            for (int k = 0; k < count[i]; k++) {
                exact[k] = filter.weight((first[i] + k - centre + 0.5) / stretch);
                sum += exact[k];
            }
            for (int k = 0; k < count[i]; k++) {
                weights[i * taps + k] = fixedPoint(exact[k] / sum);
            }
        }
    }

    /** Rounds half away from zero. */
    private static int fixedPoint(double weight) {
        return (int) (weight * (1 << FRACTION_BITS) + Math.copySign(0.5, weight));
    }
}
