package io.github.rlrr.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.Reparameterization;
import io.github.rlrr.method.TensorSpec;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import io.github.rlrr.module.Targets;
import io.github.rlrr.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The trainable side of an {@link AdaptedBlock}: which parameter of the base is read how, and the
 * tensors that takes.
 *
 * <p>Owns its arrays, on one manager of its own, float32. The maps never change after construction.
 */
final class Adapter implements AutoCloseable {

    /** A module with the method that reads it and that method's tensors by short name. */
    record AdaptedSite(Site site, Reparameterization method, Map<String, Parameter> tensors) {

        /** The method, and its tensors with their shapes. */
        @Override
        public String toString() {
            return method.getClass().getSimpleName()
                    + ": "
                    + tensors.entrySet().stream()
                            .map(e -> e.getKey() + " " + e.getValue().getShape())
                            .collect(Collectors.joining(", "));
        }
    }

    /** How one base parameter is read. */
    record Reading(AdaptedSite adapted, Role role) {}

    private final AdapterConfig config;
    private final NDManager manager;
    private final List<AdaptedSite> sites = new ArrayList<>();
    private final TensorRegistry trainable;
    private final Map<String, Parameter> statistics = new LinkedHashMap<>();
    private final Map<String, Reading> readings = new HashMap<>();
    private final Map<String, Parameter> ownStatistics = new HashMap<>();
    private final Map<String, String> frozenStatistics = new LinkedHashMap<>();

    /**
     * Selects the sites and creates their tensors at their start values.
     *
     * @param tree the initialized base's tree
     * @param config what is adapted
     */
    Adapter(ModuleTree tree, AdapterConfig config) {
        this.config = config;
        Map<AdapterConfig.Rule, List<Site>> selected = select(tree, config);
        if (selected.values().stream().allMatch(List::isEmpty)) {
            throw new IllegalArgumentException(
                    "the targets select no module once exclusions are taken away: nothing is left"
                            + " to train");
        }
        Parameter first = tree.parameters().values().iterator().next();
        NDArray like = first.getArray();
        manager = TorchRuntime.newManagerLike(like);
        manager.setName("rlrr adapter");
        trainable = new TensorRegistry(manager, config.seed());
        try {
            selected.forEach((rule, chosen) -> chosen.forEach(site -> add(site, rule.method())));
            if (trainable.tensors().isEmpty()) {
                throw new IllegalArgumentException(
                        "the modules that the targets select have nothing for this method to train,"
                                + " such as a bias");
            }
            tree.parameters().forEach(this::addStatistic);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Starts an adapter that is to be trained, after nothing in it was found to be of no effect.
     *
     * @param tree the initialized base's tree
     * @param config what is adapted
     */
    static Adapter anew(ModuleTree tree, AdapterConfig config) {
        select(tree, config)
                .forEach((rule, sites) -> sites.forEach(site -> rule.method().checkNew(site)));
        return new Adapter(tree, config);
    }

    private static Map<AdapterConfig.Rule, List<Site>> select(
            ModuleTree tree, AdapterConfig config) {
        Map<AdapterConfig.Rule, List<Site>> selected = new LinkedHashMap<>();
        Set<Site> taken = new HashSet<>();
        for (AdapterConfig.Rule rule : config.rules()) {
            Targets targets = Targets.parse(rule.targets());
            List<Site> chosen = targets.select(tree, rule.name(), rule.method().kinds(), taken);
            chosen = chosen.stream().filter(site -> !taken.contains(site)).toList();
            taken.addAll(chosen);
            selected.put(rule, chosen);
        }
        return selected;
    }

    private void add(Site site, Reparameterization method) {
        Map<String, Parameter> tensors = new LinkedHashMap<>();
        for (TensorSpec spec : method.tensors(site)) {
            tensors.put(spec.name(), trainable.get(site, method, spec));
        }
        AdaptedSite adapted = new AdaptedSite(site, method, Collections.unmodifiableMap(tensors));
        sites.add(adapted);
        if (method.roles().contains(Role.WEIGHT)) {
            readings.put(site.weight().getId(), new Reading(adapted, Role.WEIGHT));
        }
        Parameter bias = site.bias();
        if (bias != null && method.roles().contains(Role.BIAS)) {
            readings.put(bias.getId(), new Reading(adapted, Role.BIAS));
        }
    }

    /**
     * Batch norm moves its running statistics in training: the adapter's copies, not the base's, or
     * none where they are frozen.
     */
    private void addStatistic(String name, Parameter base) {
        if (!ModuleTree.isStatistic(base)) {
            return;
        }
        if (config.freezesStatistics()) {
            frozenStatistics.put(base.getId(), name);
        } else {
            NDArray copy =
                    manager.create(base.getArray().toFloatArray(), base.getArray().getShape());
            Parameter own =
                    Parameter.builder()
                            .setName(name)
                            .setType(base.getType())
                            .optArray(copy)
                            .optShape(copy.getShape())
                            .optRequiresGrad(false)
                            .build();
            statistics.put(name, own);
            ownStatistics.put(base.getId(), own);
        }
    }

    AdapterConfig config() {
        return config;
    }

    List<AdaptedSite> sites() {
        return Collections.unmodifiableList(sites);
    }

    Collection<TrainableTensor> trainable() {
        return trainable.tensors().values();
    }

    /** Everything an adapter file holds: trained tensors and batch norm's own statistics. */
    Map<String, Parameter> saved() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        trainable.tensors().forEach((name, tensor) -> all.put(name, tensor.parameter()));
        all.putAll(statistics);
        return all;
    }

    /** Gives a tensor other values, and, for a replaced module, another shape. */
    void replace(String name, float[] values, Shape shape) {
        Parameter parameter = Objects.requireNonNull(saved().get(name), name);
        boolean gradient = parameter.requiresGradient();
        parameter.close();
        parameter.setShape(null);
        parameter.setArray(manager.create(values, shape));
        parameter.getArray().setName(null);
        parameter.freeze(!gradient);
    }

    /**
     * Gives the head other outputs, all zero: the one linear layer that is trained as a whole.
     *
     * @param classes the number of outputs, at least 1
     */
    void freshHead(int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("classes is " + classes + ", expected at least 1");
        }
        List<AdaptedSite> heads =
                sites.stream()
                        .filter(a -> a.method().replaces() && a.site().kind() == SiteKind.LINEAR)
                        .toList();
        if (heads.size() != 1) {
            throw new IllegalArgumentException(
                    "a head for "
                            + classes
                            + " classes needs exactly one linear layer that is trained as a whole;"
                            + " the configuration trains "
                            + heads.stream().map(a -> a.site().path()).toList());
        }
        for (Parameter parameter : heads.get(0).tensors().values()) {
            long[] shape = parameter.getShape().getShape().clone();
            shape[0] = classes;
            Shape fresh = new Shape(shape);
            replace(
                    parameter.getName(),
                    new float[TensorRegistry.size(parameter.getName(), fresh)],
                    fresh);
        }
    }

    /** How the base parameter of an id is read; absent for one that is read as it is. */
    Map<String, Reading> readings() {
        return Collections.unmodifiableMap(readings);
    }

    /** The adapter's own running statistics by the base parameter's id. */
    Map<String, Parameter> ownStatistics() {
        return Collections.unmodifiableMap(ownStatistics);
    }

    /**
     * The paths of the base's running statistics by id where they are frozen; empty where they are
     * not, and where there is no batch norm.
     */
    Map<String, String> frozenStatistics() {
        return Collections.unmodifiableMap(frozenStatistics);
    }

    @Override
    public void close() {
        manager.close();
    }
}
