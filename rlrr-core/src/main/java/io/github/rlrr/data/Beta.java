package io.github.rlrr.data;

import java.util.SplittableRandom;

/** Draws from Beta(α, α), the same on every platform. */
final class Beta {

    private Beta() {}

    /**
     * One draw: of two gamma variables, the first's share of their sum.
     *
     * @param alpha α, positive
     * @param random what is drawn from
     * @return 0 to 1
     */
    static double symmetric(double alpha, SplittableRandom random) {
        double a = logGamma(alpha, random);
        double b = logGamma(alpha, random);
        return 1 / (1 + StrictMath.exp(b - a));
    }

    /**
     * The logarithm of a draw from Gamma(α, 1), so that a small α does not underflow. Source:
     * Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, 2000; for α below 1 from
     * α + 1, as in their section 6.
     */
    private static double logGamma(double alpha, SplittableRandom random) {
        if (alpha < 1) {
            double log = logGamma(alpha + 1, random);
            return log + StrictMath.log(1 - random.nextDouble()) / alpha;
        }
        double d = alpha - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = normal(random);
            double v = 1 + c * x;
            if (v > 0) {
                double cube = v * v * v;
                double u = 1 - random.nextDouble();
                double logCube = StrictMath.log(cube);
                if (StrictMath.log(u) < 0.5 * x * x + d - d * cube + d * logCube) {
                    return StrictMath.log(d) + logCube;
                }
            }
        }
    }

    /** Box and Muller's. */
    private static double normal(SplittableRandom random) {
        double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }
}
