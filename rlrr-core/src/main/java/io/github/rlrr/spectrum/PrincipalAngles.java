package io.github.rlrr.spectrum;

import java.util.ArrayList;
import java.util.List;

/**
 * The principal angles between two subspaces, in degrees: 0 along a direction that both have, 90
 * along one that the other has nothing of.
 *
 * <p>With orthonormal bases U and V of k columns, cos θ_i are the singular values of UᵀV and sin
 * θ_i those of V − U·UᵀV. The sine is taken below 45 degrees, where the cosine tells small angles
 * not apart. Source: Björck and Golub, Numerical methods for computing angles between linear
 * subspaces, Mathematics of Computation 27, 1973.
 *
 * @param degrees θ_1 ≤ … ≤ θ_k, each 0 to 90
 */
public record PrincipalAngles(List<Double> degrees) {

    /**
     * Copies the angles.
     *
     * @param degrees at least one, smallest first
     * @throws IllegalArgumentException when there is none
     */
    public PrincipalAngles {
        degrees = List.copyOf(degrees);
        if (degrees.isEmpty()) {
            throw new IllegalArgumentException("degrees is empty, expected an angle at least");
        }
    }

    /** The angles between the spans of the orthonormal columns of two matrices. */
    static PrincipalAngles between(Matrix u, Matrix v) {
        try (Matrix product = u.transposedTimes(v);
                Matrix rest = v.lessProduct(u, product)) {
            List<Double> cosines = product.singularValues();
            List<Double> sines = rest.singularValues();
            int k = v.columns();
            List<Double> degrees = new ArrayList<>();
            for (int i = 0; i < k; i++) {
                double cosine = Math.min(1, cosines.get(i));
                double sine = Math.min(1, sines.get(k - 1 - i));
                double angle = cosine * cosine < 0.5 ? Math.acos(cosine) : Math.asin(sine);
                degrees.add(Math.toDegrees(angle));
            }
            return new PrincipalAngles(degrees);
        }
    }

    /**
     * The mean angle.
     *
     * @return degrees
     */
    public double mean() {
        return degrees.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /**
     * The largest angle.
     *
     * @return degrees
     */
    public double largest() {
        return degrees.get(degrees.size() - 1);
    }
}
