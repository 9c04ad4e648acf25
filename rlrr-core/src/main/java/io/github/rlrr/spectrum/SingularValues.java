package io.github.rlrr.spectrum;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The singular values λ_1 ≥ λ_2 ≥ … of a matrix, by LAPACK's {@code gesvd} in float32. */
public final class SingularValues {

    private SingularValues() {}

    /**
     * Computes the singular values of a matrix.
     *
     * @param values the entries in row-major order, finite
     * @param rows the number of rows, at least 1
     * @param columns the number of columns, at least 1
     * @return min(rows, columns) values, largest first
     * @throws IllegalArgumentException when the entries are not rows × columns
     * @throws NoClassDefFoundError when ND4J is not on the class path
     */
    public static double[] of(float[] values, int rows, int columns) {
        if (rows < 1 || columns < 1 || (long) rows * columns != values.length) {
            throw new IllegalArgumentException(
                    values.length + " entries are no matrix of " + rows + " x " + columns);
        }
        // gesvd overwrites its input, which it wants column by column.
        try (INDArray rowMajor = Nd4j.create(values, new long[] {rows, columns}, 'c');
                INDArray matrix = rowMajor.dup('f');
                INDArray result = Nd4j.create(DataType.FLOAT, Math.min(rows, columns))) {
            Nd4j.getBlasWrapper().lapack().gesvd(matrix, result, null, null);
            return result.toDoubleVector();
        }
    }
}
