package io.github.rlrr.tensor;

/** Turns column-major data (the first dimension varies fastest) into row-major data. */
final class FortranOrder {

    private FortranOrder() {}

    /**
     * Copies element (i1, …, in) from Σ ik · strideₖ, where strideₖ = d1 ⋯ d(k−1), to its row-major
     * place.
     *
     * @param columns the elements, {@code width} bytes each
     * @param dimensions d1 to dn, n at least 1
     */
    static byte[] toRowMajor(byte[] columns, long[] dimensions, int width) {
        byte[] rows = new byte[columns.length];
        int n = dimensions.length;
        int[] strides = new int[n];
        int stride = width;
        for (int k = 0; k < n; k++) {
            strides[k] = stride;
            stride *= (int) dimensions[k];
        }
        long[] index = new long[n];
        int from = 0;
        for (int to = 0; to < rows.length; to += width) {
            System.arraycopy(columns, from, rows, to, width);
            // Count up like a row-major odometer, the last dimension first.
            for (int k = n - 1; k >= 0; k--) {
                from += strides[k];
                if (++index[k] < dimensions[k]) {
                    break;
                }
                from -= strides[k] * (int) dimensions[k];
                index[k] = 0;
            }
        }
        return rows;
    }
}
