package io.github.rlrr.vit.image;

import java.util.SplittableRandom;

/** Uniform draws, each from one double. */
final class Draws {

    private Draws() {}

    static double between(SplittableRandom random, double from, double to) {
        return from + random.nextDouble() * (to - from);
    }

    /** A whole number of 0 to {@code last}. */
    static int upTo(SplittableRandom random, int last) {
        return (int) (random.nextDouble() * (last + 1.0));
    }
}
