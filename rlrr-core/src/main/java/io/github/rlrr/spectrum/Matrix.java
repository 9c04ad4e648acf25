package io.github.rlrr.spectrum;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.blas.Lapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A matrix in float64, column by column, and what LAPACK says of it. The only class that names
 * ND4J.
 *
 * <p>Singular values are {@code gesvd}'s, whose error is about 1e-15·λ_1 whatever the value.
 * Singular vectors are the eigenvectors of the smaller Gram matrix ({@code syev}): {@code gesvd}
 * takes eight times as long for them.
 */
final class Matrix implements AutoCloseable {

    /** Directions of singular values below this share of λ_1 drown in the Gram matrix. */
    private static final double SMALLEST = 1e-6;

    /**
     * The leading singular vectors, orthonormal columns.
     *
     * @param left (rows, k)
     * @param right (columns, k)
     */
    record Leading(Matrix left, Matrix right) implements AutoCloseable {
        @Override
        public void close() {
            left.close();
            right.close();
        }
    }

    private final INDArray array;

    private Matrix(INDArray array) {
        this.array = array;
    }

    /** Copies row-major entries. */
    static Matrix of(double[] values, int rows, int columns) {
        try (INDArray flat = Nd4j.createFromArray(values)) {
            return new Matrix(flat.reshape('c', rows, columns).dup('f'));
        }
    }

    /** Loads ND4J and its natives. */
    static void load() {
        Nd4j.getBlasWrapper();
    }

    int columns() {
        return array.columns();
    }

    /** All min(rows, columns) of them, largest first. */
    List<Double> singularValues() {
        // gesvd overwrites its input.
        try (INDArray copy = array.dup('f');
                INDArray values =
                        Nd4j.create(DataType.DOUBLE, Math.min(array.rows(), array.columns()))) {
            lapack().gesvd(copy, values, null, null);
            return Arrays.stream(values.toDoubleVector()).boxed().toList();
        }
    }

    /**
     * The singular vectors of the largest singular values.
     *
     * @param count how many at most; fewer where the values end or fall below {@link #SMALLEST}
     */
    Leading leading(int count) {
        boolean tall = array.rows() >= array.columns();
        int size = tall ? array.columns() : array.rows();
        try (INDArray vectors = Nd4j.gemm(array, array, tall, !tall);
                INDArray squares = Nd4j.create(DataType.DOUBLE, size)) {
            lapack().syev('V', 'U', vectors, squares); // ascending, vectors in columns
            double[] ascending = squares.toDoubleVector();
            double least = ascending[size - 1] * SMALLEST * SMALLEST;
            int k = 0;
            while (k < Math.min(count, size)
                    && ascending[size - 1 - k] > 0
                    && ascending[size - 1 - k] > least) {
                k++;
            }
            if (k == 0) {
                throw new IllegalStateException("a matrix of zeros has no singular directions");
            }
            INDArray one =
                    vectors.get(NDArrayIndex.all(), NDArrayIndex.interval(size - k, size)).dup('f');
            INDArray other = Nd4j.gemm(array, one, !tall, false);
            for (int i = 0; i < k; i++) {
                other.getColumn(i).divi(Math.sqrt(ascending[size - k + i]));
            }
            return tall
                    ? new Leading(new Matrix(other), new Matrix(one))
                    : new Leading(new Matrix(one), new Matrix(other));
        }
    }

    /** This matrix' transpose times another. */
    Matrix transposedTimes(Matrix other) {
        return new Matrix(Nd4j.gemm(array, other.array, true, false));
    }

    /** This matrix less left · right. */
    Matrix lessProduct(Matrix left, Matrix right) {
        INDArray product = Nd4j.gemm(left.array, right.array, false, false);
        return new Matrix(product.rsubi(array));
    }

    private static Lapack lapack() {
        return Nd4j.getBlasWrapper().lapack();
    }

    @Override
    public void close() {
        array.close();
    }
}
