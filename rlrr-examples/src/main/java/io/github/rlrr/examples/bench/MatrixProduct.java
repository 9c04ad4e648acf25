package io.github.rlrr.examples.bench;

/**
 * A matrix product of a step, (m, k)·(k, n) to (m, n), in a batch of its own where there are heads.
 *
 * @param batch products computed in one call
 * @param m rows of the result
 * @param n columns of the result
 * @param k the length of the sums
 * @param leftTransposed whether the left factor lies in memory as (k, m), as in a weight gradient
 * @param rightTransposed whether the right one lies as (n, k), as a linear layer's weight does
 * @param count calls a step
 */
record MatrixProduct(
        long batch,
        long m,
        long n,
        long k,
        boolean leftTransposed,
        boolean rightTransposed,
        int count) {

    /** 2·m·n·k for each product: a multiplication and an addition. */
    long flops() {
        return 2 * batch * m * n * k * count;
    }

    /** Whether both are the same call. */
    boolean sameCall(MatrixProduct other) {
        return withCount(0).equals(other.withCount(0));
    }

    MatrixProduct withCount(int calls) {
        return new MatrixProduct(batch, m, n, k, leftTransposed, rightTransposed, calls);
    }
}
