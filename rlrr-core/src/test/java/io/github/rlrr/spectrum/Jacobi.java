package io.github.rlrr.spectrum;

import java.util.Arrays;

/**
 * Singular values by one-sided Jacobi rotations in double, which finds small ones to a high
 * relative accuracy: the oracle, in nested loops.
 */
final class Jacobi {

    private Jacobi() {}

    /** All min(rows, columns), largest first, of row-major entries. */
    static double[] singularValues(double[] values, int rows, int columns) {
        boolean tall = rows >= columns;
        int count = tall ? columns : rows;
        double[][] vectors = new double[count][tall ? rows : columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                vectors[tall ? j : i][tall ? i : j] = values[i * columns + j];
            }
        }
        boolean rotated = true;
        for (int sweep = 0; sweep < 60 && rotated; sweep++) {
            rotated = false;
            for (int p = 0; p < count; p++) {
                for (int q = p + 1; q < count; q++) {
                    rotated |= rotate(vectors[p], vectors[q]);
                }
            }
        }
        double[] lengths = Arrays.stream(vectors).mapToDouble(v -> Math.sqrt(dot(v, v))).toArray();
        Arrays.sort(lengths);
        for (int i = 0; i < count / 2; i++) {
            double small = lengths[i];
            lengths[i] = lengths[count - 1 - i];
            lengths[count - 1 - i] = small;
        }
        return lengths;
    }

    /** Makes two vectors orthogonal; false where they were. */
    private static boolean rotate(double[] a, double[] b) {
        double aa = dot(a, a);
        double bb = dot(b, b);
        double ab = dot(a, b);
        if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) {
            return false;
        }
        double zeta = (bb - aa) / (2 * ab);
        double t = Math.signum(zeta) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        if (zeta == 0) {
            t = 1;
        }
        double cosine = 1 / Math.sqrt(1 + t * t);
        double sine = cosine * t;
        for (int i = 0; i < a.length; i++) {
            double old = a[i];
            a[i] = cosine * old - sine * b[i];
            b[i] = sine * old + cosine * b[i];
        }
        return true;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
