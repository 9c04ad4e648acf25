package io.github.rlrr.vit.image;

/** The filter that weighs source pixels when an image is resized. */
public enum Interpolation {
    /** The triangle 1 − |x| for |x| ≤ 1. */
    BILINEAR(1) {
        @Override
        double weight(double x) {
            return Math.max(0, 1 - Math.abs(x));
        }
    },
    /** Keys' cubic convolution with a = −0.5, for |x| ≤ 2. */
    BICUBIC(2) {
        @Override
        double weight(double x) {
            double t = Math.abs(x);
            if (t < 1) {
                return ((A + 2) * t - (A + 3)) * t * t + 1;
            }
            return t < 2 ? (((t - 5) * t + 8) * t - 4) * A : 0;
        }
    };

    private static final double A = -0.5;

    /** Half the filter's width, in source pixels when enlarging. */
    final double support;

    Interpolation(double support) {
        this.support = support;
    }

    /** The weight of a pixel whose centre is x away. */
    abstract double weight(double x);
}
