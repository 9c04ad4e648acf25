package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.module.ModuleTree;
import java.util.Objects;

/**
 * An encoder block of a plain Vision Transformer computed array by array with DJL's own layers, in
 * float32: what the program of a block is tested against.
 *
 * @param block whose weights are used
 * @param heads the number of attention heads
 * @param store answers with the parameters' values
 */
record ArrayByArray(EncoderBlock block, int heads, ParameterStore store) {

    NDArray forward(NDArray x) {
        NDArray normed = layer("norm1", x);
        return throughMlp(x.add(attention(normed, normed)));
    }

    /** Every token is asked, only the first ones ask. */
    NDArray leading(NDArray x, int count) {
        NDIndex first = new NDIndex(":, 0:" + count);
        NDArray normed = layer("norm1", x);
        return throughMlp(x.get(first).add(attention(normed.get(first), normed)));
    }

    private NDArray throughMlp(NDArray y) {
        return y.add(mlp(layer("norm2", y)));
    }

    NDArray mlp(NDArray x) {
        return layer("mlp.fc2", Activation.gelu(layer("mlp.fc1", x)));
    }

    NDArray attention(NDArray asking, NDArray all) {
        NDArray q = split(layer("attn.query", asking)); // (B, H, M, d)
        NDArray k = split(layer("attn.key", all)); // (B, H, N, d)
        NDArray v = split(layer("attn.value", all));
        // An array of libtorch's own: q.mul(number) would wrap a Java buffer that autograd keeps
        // for backward and the garbage collector frees before it.
        float perHead = (float) (1 / Math.sqrt((double) q.getShape().get(3)));
        NDArray scale = asking.getManager().full(new Shape(), perHead, asking.getDataType());
        NDArray weights = q.mul(scale).matMul(k.swapAxes(2, 3)).softmax(-1); // (B, H, M, N)
        NDArray joined = weights.matMul(v).swapAxes(1, 2).reshape(asking.getShape());
        return layer("attn.out", joined);
    }

    private NDArray split(NDArray x) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads).swapAxes(1, 2);
    }

    NDArray layer(String path, NDArray x) {
        Block layer = Objects.requireNonNull(ModuleTree.of(block).find(path)).block();
        return layer.forward(store, new NDList(x), true).head();
    }
}
