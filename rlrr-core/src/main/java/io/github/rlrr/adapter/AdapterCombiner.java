package io.github.rlrr.adapter;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.Adapter.AdaptedSite;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.FrozenStatistics;
import io.github.rlrr.method.Reparameterization;
import io.github.rlrr.method.Rescaling;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.method.ScaleAndShift;
import io.github.rlrr.module.ModuleTree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Combines adapters as a {@link Combination} says; sums are taken in double. */
final class AdapterCombiner {

    private final Map<String, Adapter> parts;
    private final Combination combination;
    private final Adapter combined;

    private AdapterCombiner(Map<String, Adapter> parts, Combination combination, Adapter combined) {
        this.parts = parts;
        this.combination = combination;
        this.combined = combined;
    }

    /**
     * Combines.
     *
     * @param tree the base all of them adapt
     * @param parts the adapters by the combination's names
     * @param combination rule and weights
     * @return a fresh adapter, the caller's to close
     */
    static Adapter combine(ModuleTree tree, Map<String, Adapter> parts, Combination combination) {
        AdapterConfig config = config(parts, combination);
        Adapter combined = new Adapter(tree, config);
        try {
            new AdapterCombiner(parts, combination, combined).fill();
            return combined;
        } catch (RuntimeException e) {
            combined.close();
            throw e;
        }
    }

    /** The configuration of the head's adapter, of the combined rank. */
    private static AdapterConfig config(Map<String, Adapter> parts, Combination combination) {
        RlrrConfig first = rlrr(combination.headOf(), parts);
        boolean products = combination.rule() == Combination.Rule.PRODUCTS;
        int rank = 0;
        for (Map.Entry<String, Adapter> part : parts.entrySet()) {
            RlrrConfig config = rlrr(part.getKey(), parts);
            require(first.form() == config.form(), "form", combination.headOf(), part.getKey());
            require(first.sides() == config.sides(), "sides", combination.headOf(), part.getKey());
            require(
                    products || first.rank() == config.rank(),
                    "rank (PRODUCTS takes any)",
                    combination.headOf(),
                    part.getKey());
            require(
                    freezes(combination.headOf(), parts) == freezes(part.getKey(), parts),
                    "whether batch norm's statistics are frozen",
                    combination.headOf(),
                    part.getKey());
            requireSameTensors(part, combination.headOf(), parts);
            rank += config.rank();
        }
        boolean concatenated = products && first.sides() == Rescaling.Sides.BOTH;
        RlrrConfig combined =
                new RlrrConfig(
                        concatenated ? rank : first.rank(),
                        first.form(),
                        first.sides(),
                        first.shift(),
                        first.initialisation(),
                        first.targets(),
                        first.scaleAndShift(),
                        first.fullyTrained(),
                        first.seed());
        return freezes(combination.headOf(), parts) ? combined.withFrozenStatistics() : combined;
    }

    private static boolean freezes(String name, Map<String, Adapter> parts) {
        return Objects.requireNonNull(parts.get(name)).config().freezesStatistics();
    }

    private static RlrrConfig rlrr(String name, Map<String, Adapter> parts) {
        AdapterConfig config =
                FrozenStatistics.methodOf(Objects.requireNonNull(parts.get(name)).config());
        if (config instanceof RlrrConfig rlrr) {
            return rlrr;
        }
        throw new IllegalArgumentException(
                "adapter \""
                        + name
                        + "\" is of method "
                        + config.method()
                        + "; only adapters of method "
                        + RlrrConfig.METHOD
                        + " can be combined");
    }

    private static void require(boolean equal, String what, String one, String other) {
        if (!equal) {
            throw new IllegalArgumentException(
                    "adapters \"" + one + "\" and \"" + other + "\" differ in " + what);
        }
    }

    private static void requireSameTensors(
            Map.Entry<String, Adapter> part, String headOf, Map<String, Adapter> parts) {
        List<String> expected = mixedNames(Objects.requireNonNull(parts.get(headOf)));
        List<String> found = mixedNames(part.getValue());
        if (!expected.equals(found)) {
            List<String> only = expected.stream().filter(n -> !found.contains(n)).toList();
            List<String> extra = found.stream().filter(n -> !expected.contains(n)).toList();
            throw new IllegalArgumentException(
                    "adapters \""
                            + headOf
                            + "\" and \""
                            + part.getKey()
                            + "\" adapt different modules: only the first has "
                            + only
                            + ", only the second "
                            + extra);
        }
    }

    /** The tensors that are summed: all but those of modules trained as a whole. */
    private static List<String> mixedNames(Adapter adapter) {
        return adapter.sites().stream()
                .filter(adapted -> !adapted.method().replaces())
                .flatMap(a -> a.tensors().values().stream().map(Parameter::getName))
                .toList();
    }

    private void fill() {
        Adapter head = Objects.requireNonNull(parts.get(combination.headOf()));
        Map<String, Parameter> own = new LinkedHashMap<>(head.saved());
        for (AdaptedSite adapted : combined.sites()) {
            if (!adapted.method().replaces()) {
                adapted.tensors().forEach((tensor, p) -> fill(adapted.method(), tensor, p));
                adapted.tensors().values().forEach(p -> own.remove(p.getName()));
            }
        }
        // What is left belongs to the head's adapter alone: whole modules, running statistics.
        own.forEach((name, p) -> combined.replace(name, values(p), p.getArray().getShape()));
    }

    private void fill(Reparameterization method, String tensor, Parameter target) {
        String name = target.getName();
        Shape shape = target.getShape();
        boolean concatenated =
                method instanceof Rescaling rescaling
                        && combination.rule() == Combination.Rule.PRODUCTS
                        && rescaling.sides() == Rescaling.Sides.BOTH;
        float[] values;
        if (concatenated && tensor.equals(Rescaling.SCALE_LEFT)) {
            values = stackedRows(name, shape);
        } else if (concatenated && tensor.equals(Rescaling.SCALE_RIGHT)) {
            values = stackedColumns(name, shape);
        } else if (method instanceof ScaleAndShift && tensor.equals(ScaleAndShift.SCALE)) {
            values = sum(name, shape, 1);
        } else {
            values = sum(name, shape, 0);
        }
        combined.replace(name, values, shape);
    }

    /** neutral + Σ w_i (x_i − neutral). */
    private float[] sum(String name, Shape shape, double neutral) {
        double[] sums = new double[Math.toIntExact(shape.size())];
        java.util.Arrays.fill(sums, neutral);
        parts.forEach(
                (part, adapter) -> {
                    double weight = weight(part);
                    float[] values = values(adapter, name);
                    for (int i = 0; i < sums.length; i++) {
                        sums[i] += weight * (values[i] - neutral);
                    }
                });
        float[] rounded = new float[sums.length];
        for (int i = 0; i < sums.length; i++) {
            rounded[i] = (float) sums[i];
        }
        return rounded;
    }

    /** S_left^i (r_i, in) below one another: (Σ r_i, in). */
    private float[] stackedRows(String name, Shape shape) {
        float[] stacked = new float[Math.toIntExact(shape.size())];
        int at = 0;
        for (Adapter adapter : parts.values()) {
            float[] values = values(adapter, name);
            System.arraycopy(values, 0, stacked, at, values.length);
            at += values.length;
        }
        return stacked;
    }

    /** w_i S_right^i (out, r_i) beside one another: (out, Σ r_i). */
    private float[] stackedColumns(String name, Shape shape) {
        int out = Math.toIntExact(shape.get(0));
        int rank = Math.toIntExact(shape.get(1));
        float[] stacked = new float[out * rank];
        int column = 0;
        for (Map.Entry<String, Adapter> part : parts.entrySet()) {
            float[] values = values(part.getValue(), name);
            int columns = values.length / out;
            double weight = weight(part.getKey());
            for (int o = 0; o < out; o++) {
                for (int k = 0; k < columns; k++) {
                    stacked[o * rank + column + k] = (float) (weight * values[o * columns + k]);
                }
            }
            column += columns;
        }
        return stacked;
    }

    private double weight(String part) {
        return Objects.requireNonNull(combination.weights().get(part));
    }

    private static float[] values(Adapter adapter, String name) {
        return values(Objects.requireNonNull(adapter.saved().get(name)));
    }

    private static float[] values(Parameter parameter) {
        return parameter.getArray().toFloatArray();
    }
}
