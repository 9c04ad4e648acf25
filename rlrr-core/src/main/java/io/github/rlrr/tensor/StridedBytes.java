package io.github.rlrr.tensor;

import java.nio.ByteBuffer;

/** The elements of a tensor that do not follow each other in memory, in row-major order. */
final class StridedBytes implements TensorBytes {

    private final byte[] span;
    private final long[] size;
    private final long[] strideBytes;
    private final int width;
    private final long[] index;
    private long from;

    /**
     * Takes the storage from the tensor's first element to its last.
     *
     * @param span element (i1, …, in) begins at byte Σ iₖ·strideBytesₖ, which is checked to be in
     *     it
     * @param size the dimensions, none of them 0
     * @param width bytes per element
     */
    StridedBytes(byte[] span, long[] size, long[] strideBytes, int width) {
        this.span = span;
        this.size = size;
        this.strideBytes = strideBytes;
        this.width = width;
        this.index = new long[size.length];
    }

    @Override
    public void read(ByteBuffer target) {
        while (target.hasRemaining()) {
            target.put(span, (int) from, width);
            // Count up like a row-major odometer, the last dimension first.
            for (int k = size.length - 1; k >= 0; k--) {
                from += strideBytes[k];
                if (++index[k] < size[k]) {
                    break;
                }
                from -= strideBytes[k] * size[k];
                index[k] = 0;
            }
        }
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
}
