package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention with four linear layers of their own.
 *
 * <pre>
 *   out( softmax(query(x)·key(z)ᵀ / √d) · value(z) )     per head, d = D / H
 * </pre>
 *
 * x (B, M, D) asks, z (B, N, D) answers; self-attention when they are the same. One input is both;
 * two are x and z.
 */
final class Attention extends AbstractBlock {

    private final int heads;
    private final int width;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;

    Attention(VitConfig config) {
        heads = config.heads();
        width = config.width();
        query = addChildBlock("query", Linear.builder().setUnits(width).build());
        key = addChildBlock("key", Linear.builder().setUnits(width).build());
        value = addChildBlock("value", Linear.builder().setUnits(width).build());
        out = addChildBlock("out", Linear.builder().setUnits(width).build());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray x = inputs.get(0);
        NDArray z = inputs.get(inputs.size() - 1);
        // An array of libtorch's own: q.mul(number) would wrap a Java buffer that autograd keeps
        // for
        // backward and the garbage collector frees before it.
        float perHead = (float) (1 / Math.sqrt((double) width / heads));
        try (NDArray q = heads(query, store, x, training); // (B, H, M, d)
                NDArray k = heads(key, store, z, training); // (B, H, N, d)
                NDArray v = heads(value, store, z, training);
                NDArray scale = x.getManager().full(new Shape(), perHead, x.getDataType());
                NDArray scaled = q.mul(scale);
                NDArray transposed = k.swapAxes(2, 3);
                NDArray scores = scaled.matMul(transposed); // (B, H, M, N)
                NDArray weights = scores.softmax(-1);
                NDArray mixed = weights.matMul(v); // (B, H, M, d)
                NDArray swapped = mixed.swapAxes(1, 2);
                NDArray joined = swapped.reshape(x.getShape())) {
            return out.forward(store, new NDList(joined), training);
        }
    }

    /** Projects (B, N, D) and splits it into heads: (B, H, N, d). */
    private NDArray heads(Linear projection, ParameterStore store, NDArray x, boolean training) {
        Shape shape = x.getShape();
        try (NDArray projected = projection.forward(store, new NDList(x), training).head();
                NDArray split =
                        projected.reshape(shape.get(0), shape.get(1), heads, width / heads)) {
            return split.swapAxes(1, 2);
        }
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        query.initialize(manager, type, shapes[0]);
        key.initialize(manager, type, shapes[0]);
        value.initialize(manager, type, shapes[0]);
        out.initialize(manager, type, shapes[0]);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {inputs[0]};
    }
}
