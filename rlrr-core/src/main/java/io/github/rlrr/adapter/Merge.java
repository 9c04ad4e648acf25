package io.github.rlrr.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.rlrr.io.ShortList;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.GradMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads every parameter once through an adapter and writes the results into a plain block. */
final class Merge {

    private Merge() {}

    static Map<String, NDArray> effectiveValues(
            ModuleTree tree, Adapter adapter, NDManager manager) {
        Map<String, NDArray> values = new LinkedHashMap<>();
        try {
            tree.parameters()
                    .forEach((path, p) -> values.put(path, value(path, p, adapter, manager)));
            return values;
        } catch (RuntimeException e) {
            values.values().forEach(NDArray::close);
            throw e;
        }
    }

    private static NDArray value(
            String path, Parameter parameter, Adapter adapter, NDManager manager) {
        Device device = parameter.getArray().getDevice();
        try (GradMode off = GradMode.off();
                NDManager scope = manager.newSubManager(device);
                AdaptedStore store =
                        new AdaptedStore(new ParameterStore(scope, false), adapter, scope, false)) {
            off.suppressNotUsedWarning();
            NDArray read = Objects.requireNonNull(store.getValue(parameter, device, false));
            boolean half = read.getDataType() == DataType.FLOAT16;
            NDArray copy = half ? read.toType(DataType.FLOAT32, true) : read.duplicate();
            copy.attach(manager);
            if (!isFinite(copy)) {
                copy.close();
                throw new IllegalStateException(
                        "the merged value of "
                                + path
                                + " is not finite: the adapter holds NaN or infinite values;"
                                + " nothing was merged");
            }
            return copy;
        }
    }

    static boolean isFinite(NDArray array) {
        if (!array.getDataType().isFloating()) {
            return true;
        }
        // x·0 is 0 for finite x and NaN otherwise.
        try (NDArray zeros = array.mul(0);
                NDArray sum = zeros.sum();
                NDArray single = sum.toType(DataType.FLOAT32, true)) {
            return single.getFloat() == 0f;
        }
    }

    static void into(Block plain, ModuleTree tree, Adapter adapter) {
        Map<String, Parameter> targets = ModuleTree.of(plain).parameters();
        for (Parameter source : tree.parameters().values()) {
            if (targets.containsValue(source)) {
                throw new IllegalArgumentException(
                        "cannot merge into the adapted base itself: nothing is merged in place;"
                                + " pass another initialized block of the same architecture");
            }
        }
        Parameter any = tree.parameters().values().iterator().next();
        try (NDManager scope = any.getArray().getManager().newSubManager()) {
            Map<String, NDArray> values = effectiveValues(tree, adapter, scope);
            List<String> faults = new ArrayList<>();
            values.forEach(
                    (path, value) -> {
                        Parameter target = targets.get(path);
                        if (target == null) {
                            faults.add(path + " is missing");
                        } else if (!target.isInitialized()) {
                            faults.add(path + " is not initialized");
                        } else if (!target.getArray().getShape().equals(value.getShape())) {
                            faults.add(
                                    path
                                            + " has shape "
                                            + target.getArray().getShape()
                                            + ", expected "
                                            + value.getShape());
                        }
                    });
            targets.keySet().stream()
                    .filter(path -> !values.containsKey(path))
                    .forEach(path -> faults.add(path + " is unexpected"));
            if (!faults.isEmpty()) {
                throw new IllegalArgumentException(
                        "the block to merge into is not of the base's architecture: "
                                + ShortList.joined(faults, "; "));
            }
            values.forEach((path, value) -> copy(value, Objects.requireNonNull(targets.get(path))));
        }
    }

    private static void copy(NDArray value, Parameter target) {
        NDArray array = target.getArray();
        boolean gradient = array.hasGradient();
        array.setRequiresGradient(false);
        value.copyTo(array);
        array.setRequiresGradient(gradient);
    }
}
