package io.github.rlrr.spectrum;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The weight matrices of a model, read through its adapter where it has one. */
final class Weights implements AutoCloseable {

    private record Weight(Site site, NDArray value, boolean replaced) {
        Shape shape() {
            return value.getShape();
        }
    }

    private final NDManager manager;
    private final Map<String, Weight> weights = new LinkedHashMap<>();
    private @Nullable String head;

    private Weights(NDManager manager) {
        this.manager = manager;
    }

    static Weights of(Block block) {
        AdaptedBlock adapted = block instanceof AdaptedBlock a ? a : null;
        ModuleTree tree = ModuleTree.of(adapted == null ? block : adapted.base());
        Map<String, String> names = new HashMap<>();
        tree.parameters().forEach((path, parameter) -> names.put(parameter.getId(), path));
        Parameter any = tree.parameters().values().iterator().next();
        Weights weights = new Weights(any.getArray().getManager().newSubManager());
        try {
            Map<String, NDArray> effective =
                    adapted == null ? Map.of() : adapted.effectiveValues(weights.manager);
            Set<String> trained =
                    adapted == null
                            ? Set.of()
                            : adapted.trainableTensors().stream()
                                    .map(TrainableTensor::name)
                                    .collect(Collectors.toSet());
            for (Site site : tree.sites()) {
                String name = Objects.requireNonNull(names.get(site.weight().getId()));
                NDArray value = effective.getOrDefault(name, site.weight().getArray());
                weights.add(site, value, trained.contains(name));
            }
            return weights;
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    private void add(Site site, NDArray value, boolean replaced) {
        if (site.kind() == SiteKind.LINEAR || site.kind() == SiteKind.CONVOLUTION) {
            weights.put(site.path(), new Weight(site, value, replaced));
        }
        if (site.kind() == SiteKind.LINEAR) {
            head = site.path();
        }
    }

    /** The modules with a matrix, in module order. */
    Set<String> paths() {
        return Collections.unmodifiableSet(weights.keySet());
    }

    /**
     * Why a matrix cannot be compared with another model's, or null where it can.
     *
     * @throws IllegalArgumentException when the shapes of something other than a head differ
     */
    @Nullable String notComparable(String path, Weights other) {
        Weight mine = weight(path);
        Weight theirs = other.weight(path);
        boolean sameShape = mine.shape().equals(theirs.shape());
        if (path.equals(head) && (mine.replaced || theirs.replaced || !sameShape)) {
            return "a head of its own";
        }
        if (!sameShape) {
            throw new IllegalArgumentException(
                    "the models are not of one architecture: "
                            + path
                            + " has shape "
                            + mine.shape()
                            + " in the first and "
                            + theirs.shape()
                            + " in the second");
        }
        return null;
    }

    /**
     * Reads a matrix: a linear layer's as it is, a kernel (out, in, k, k) permuted to (out, k, in,
     * k).
     */
    Entries read(String path) {
        Weight weight = weight(path);
        Shape matrix = weight.site.matrixShape();
        try (NDManager scope = manager.newSubManager()) {
            NDArray value = weight.value.toType(DataType.FLOAT64, true);
            value.attach(scope);
            if (weight.site.kind() == SiteKind.CONVOLUTION) {
                value = value.transpose(0, 2, 1, 3).reshape(matrix);
            }
            return new Entries(
                    value.toDoubleArray(),
                    Math.toIntExact(matrix.get(0)),
                    Math.toIntExact(matrix.get(1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    private Weight weight(String path) {
        return Objects.requireNonNull(weights.get(path), path);
    }

    @Override
    public void close() {
        manager.close();
    }
}
