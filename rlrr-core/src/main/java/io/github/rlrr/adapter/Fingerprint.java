package io.github.rlrr.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.Adapter.AdaptedSite;
import io.github.rlrr.io.Hash;
import io.github.rlrr.module.ModuleTree;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Identifies a base by its weights: SHA-256 over every parameter's path, shape and values in path
 * order. Replaced modules do not count, so a model keeps its fingerprint when it gets a new head;
 * neither do batch norm's running statistics where the adapter has its own.
 */
final class Fingerprint {

    private Fingerprint() {}

    static String of(ModuleTree tree, Adapter adapter) {
        return of(tree, left(adapter));
    }

    /** The ids of the base's parameters that do not count for an adapter. */
    static Set<String> left(Adapter adapter) {
        Set<String> left = new HashSet<>(adapter.ownStatistics().keySet());
        for (AdaptedSite adapted : adapter.sites()) {
            if (adapted.method().replaces()) {
                left.add(adapted.site().weight().getId());
                Parameter bias = adapted.site().bias();
                if (bias != null) {
                    left.add(bias.getId());
                }
            }
        }
        return left;
    }

    /** The fingerprint without the parameters of some ids. */
    static String of(ModuleTree tree, Set<String> left) {
        Hash hash = Hash.sha256();
        for (Map.Entry<String, Parameter> entry : new TreeMap<>(tree.parameters()).entrySet()) {
            if (!left.contains(entry.getValue().getId())) {
                NDArray array = entry.getValue().getArray();
                String header =
                        entry.getKey() + " " + array.getDataType() + " " + array.getShape() + "\n";
                hash.add(header).add(array.toByteBuffer());
            }
        }
        return "sha256:" + hash.digits();
    }
}
