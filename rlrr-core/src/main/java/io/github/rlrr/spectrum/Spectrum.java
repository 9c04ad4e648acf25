package io.github.rlrr.spectrum;

import java.util.List;

/**
 * The singular values λ_1 ≥ λ_2 ≥ … of a matrix.
 *
 * @param values min(rows, columns) of them, largest first
 */
public record Spectrum(List<Double> values) {

    /**
     * Copies the values.
     *
     * @param values at least one, largest first, finite, not negative
     * @throws IllegalArgumentException when they are not so
     */
    public Spectrum {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("values is empty, expected a value at least");
        }
        double last = Double.MAX_VALUE;
        for (double value : values) {
            if (!(value >= 0 && value <= last)) {
                throw new IllegalArgumentException(
                        "a singular value is "
                                + value
                                + " after "
                                + last
                                + ", expected at least 0 and the largest first");
            }
            last = value;
        }
    }

    /**
     * Computes the singular values of a matrix, by LAPACK's {@code gesvd} in float64: the error of
     * each is about 1e-15·λ_1.
     *
     * @param values the entries in row-major order, finite
     * @param rows the number of rows, at least 1
     * @param columns the number of columns, at least 1
     * @return the spectrum
     * @throws IllegalArgumentException when the entries are not rows × columns, or not finite
     * @throws IllegalStateException when ND4J is not on the class path, saying what to add
     */
    public static Spectrum of(double[] values, int rows, int columns) {
        Nd4jPresence.require();
        try (Matrix matrix = new Entries(values, rows, columns).matrix()) {
            return new Spectrum(matrix.singularValues());
        }
    }

    /**
     * The largest singular value, the spectral norm.
     *
     * @return λ_1
     */
    public double largest() {
        return values.get(0);
    }

    /**
     * The Frobenius norm, √(Σ λ_i²).
     *
     * @return the norm
     */
    public double norm() {
        return Math.sqrt(values.stream().mapToDouble(value -> value * value).sum());
    }

    /**
     * How many directions share the spectrum: exp(−Σ p_i ln p_i) with p_i = λ_i / Σ λ.
     *
     * <p>1 for one value among zeros, the number of values where all are equal, and a real number
     * between. Source: Roy and Vetterli, The effective rank: a measure of effective dimensionality,
     * EUSIPCO 2007, definition 1.
     *
     * @return the effective rank; 0 for zeros alone
     */
    public double effectiveRank() {
        double sum = values.stream().mapToDouble(Double::doubleValue).sum();
        if (sum == 0) {
            return 0;
        }
        double entropy = 0;
        for (double value : values) {
            double p = value / sum;
            entropy -= p > 0 ? p * Math.log(p) : 0;
        }
        return Math.exp(entropy);
    }

    /**
     * Counts the values above a tolerance.
     *
     * @param tolerance what counts as zero, at least 0
     * @return the numeric rank
     */
    public int rank(double tolerance) {
        return (int) values.stream().filter(value -> value > tolerance).count();
    }
}
