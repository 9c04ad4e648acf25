package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorInfo;
import java.util.Map;

/** What the layouts share: reading sizes off shapes. */
final class LayoutSupport {

    private LayoutSupport() {}

    /** A dimension of a tensor, or 0 where the tensor or dimension is missing. */
    static int size(Map<String, TensorInfo> tensors, String name, int axis) {
        TensorInfo info = tensors.get(name);
        if (info == null || info.shape().dimension() <= axis) {
            return 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, info.shape().get(axis));
    }

    /** How many blocks there are: the first index for which {@code name % index} is missing. */
    static int depth(Map<String, TensorInfo> tensors, String name) {
        int depth = 0;
        while (tensors.containsKey(String.format(java.util.Locale.ROOT, name, depth))) {
            depth++;
        }
        return depth;
    }
}
