package io.github.rlrr.spectrum;

/**
 * A matrix as plain entries.
 *
 * @param values row by row
 * @param rows how many
 * @param columns how many
 */
record Entries(double[] values, int rows, int columns) {

    Entries {
        if (rows < 1 || columns < 1 || (long) rows * columns != values.length) {
            throw new IllegalArgumentException(
                    values.length + " entries are no matrix of " + rows + " x " + columns);
        }
        for (double value : values) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "an entry is "
                                + value
                                + ", and a matrix has singular values only where"
                                + " every entry is finite");
            }
        }
    }

    /** These less others of the same shape. */
    Entries minus(Entries others) {
        double[] difference = values.clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= others.values[i];
        }
        return new Entries(difference, rows, columns);
    }

    boolean isZero() {
        for (double value : values) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    Matrix matrix() {
        return Matrix.of(values, rows, columns);
    }
}
