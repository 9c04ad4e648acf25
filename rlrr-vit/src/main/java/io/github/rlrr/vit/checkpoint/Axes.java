package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.types.Shape;

/** Reorders the axes of row-major arrays. */
final class Axes {

    private Axes() {}

    /** Reorders axes: axis k of the result is axis {@code order[k]} of the input. */
    static float[] permute(float[] values, Shape shape, int[] order) {
        int rank = order.length;
        int[] strides = new int[rank];
        int stride = 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= (int) shape.get(axis);
        }
        float[] result = new float[values.length];
        int[] index = new int[rank];
        int from = 0;
        for (int to = 0; to < result.length; to++) {
            result[to] = values[from];
            for (int k = rank - 1; k >= 0; k--) {
                int axis = order[k];
                from += strides[axis];
                if (++index[k] < shape.get(axis)) {
                    break;
                }
                from -= strides[axis] * index[k];
                index[k] = 0;
            }
        }
        return result;
    }

    /** The inverse: from our axes, {@code order} of a file's, to the file's shape. */
    static float[] restore(float[] values, Shape fileShape, int[] order) {
        long[] ours = new long[order.length];
        int[] inverse = new int[order.length];
        for (int k = 0; k < order.length; k++) {
            ours[k] = fileShape.get(order[k]);
            inverse[order[k]] = k;
        }
        return permute(values, new Shape(ours), inverse);
    }
}
