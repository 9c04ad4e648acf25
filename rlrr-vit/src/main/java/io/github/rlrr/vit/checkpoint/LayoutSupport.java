package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorInfo;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /** What stands before a name that others know, up to a dot or slash; null for another name. */
    static @Nullable String before(String name, String known) {
        String before =
                name.endsWith(known) ? name.substring(0, name.length() - known.length()) : null;
        boolean whole =
                before != null
                        && (before.isEmpty() || before.endsWith(".") || before.endsWith("/"));
        return whole ? before : null;
    }

    /** The same without what a layout may have there itself. */
    static @Nullable String before(String name, String known, String own) {
        String before = before(name, known);
        String shorter = before == null ? null : before(before, own);
        return shorter == null ? before : shorter;
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
