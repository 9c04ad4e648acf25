package io.github.rlrr.adapter;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.Adapter.AdaptedSite;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is trained and what is frozen, in numbers of parameters.
 *
 * @param adapter trained by the method: scales and shifts
 * @param replaced trained as a whole: the head
 * @param frozen the base's own parameters, the replaced module's left out
 * @param adaptedModules how many modules are adapted, by what they get
 * @param untouched the paths of modules that could be adapted and that no target selects
 * @param notes what a reader should know: parameters that can only be trained as a whole, biases
 *     without a shift, what becomes of batch norm's running statistics, tied parameters
 */
public record ParameterReport(
        long adapter,
        long replaced,
        long frozen,
        Map<String, Integer> adaptedModules,
        List<String> untouched,
        List<String> notes) {

    private static final int PATHS_SHOWN = 8;

    /**
     * Copies the collections.
     *
     * @param adapter a count of numbers, not of tensors
     * @param replaced a count of numbers
     * @param frozen a count of numbers
     * @param adaptedModules counts of modules by what they get, in the order they are printed
     * @param untouched module paths
     * @param notes sentences without a full stop
     */
    public ParameterReport {
        adaptedModules = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(adaptedModules));
        untouched = List.copyOf(untouched);
        notes = List.copyOf(notes);
    }

    static ParameterReport of(ModuleTree tree, Adapter adapter) {
        long trained = 0;
        long replaced = 0;
        Set<String> replacedIds = new HashSet<>();
        Set<String> adaptedPaths = new HashSet<>();
        Set<String> counted = new HashSet<>();
        Map<String, Integer> modules = new LinkedHashMap<>();
        List<String> withoutBias = new ArrayList<>();
        for (AdaptedSite adapted : adapter.sites()) {
            Site site = adapted.site();
            long size =
                    adapted.tensors().values().stream()
                            .filter(tensor -> counted.add(tensor.getName()))
                            .map(Parameter::getShape)
                            .mapToLong(Shape::size)
                            .sum();
            adaptedPaths.add(site.path());
            String label =
                    adapted.method().getClass().getSimpleName() + " of " + site.kind().label();
            modules.merge(label, 1, Integer::sum);
            Parameter bias = site.bias();
            if (adapted.method().replaces()) {
                replaced += size;
                replacedIds.add(site.weight().getId());
                if (bias != null) {
                    replacedIds.add(bias.getId());
                }
            } else {
                trained += size;
                if (bias == null && adapted.method().roles().contains(Role.BIAS)) {
                    withoutBias.add(site.path());
                }
            }
        }
        long frozen =
                tree.parameters().values().stream()
                        .filter(p -> !replacedIds.contains(p.getId()))
                        .mapToLong(p -> p.getArray().size())
                        .sum();
        List<String> untouched =
                tree.sites().stream()
                        .map(Site::path)
                        .filter(p -> !adaptedPaths.contains(p))
                        .toList();
        List<String> notes = new ArrayList<>();
        tree.sitesAndParameters().stream()
                .filter(site -> site.kind() == SiteKind.PARAMETER)
                .map(Site::path)
                .filter(path -> !adaptedPaths.contains(path))
                .collect(Collectors.groupingBy(tree::whyNoSite, TreeMap::new, Collectors.toList()))
                .forEach((why, paths) -> notes.add(why + ", so left: " + shown(paths)));
        if (!withoutBias.isEmpty()) {
            notes.add("no bias, so no shift: " + shown(withoutBias));
        }
        long statistics =
                tree.parameters().values().stream()
                        .filter(ModuleTree::isStatistic)
                        .mapToLong(p -> p.getArray().size())
                        .sum();
        if (statistics > 0) {
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "batch norm's running statistics, %,d numbers: %s",
                            statistics,
                            adapter.config().freezesStatistics()
                                    ? "frozen with the base, which trains without dropout then"
                                    : "copies of the adapter's own, saved with it"));
        }
        tree.aliases().forEach((again, first) -> notes.add(again + " is tied to " + first));
        return new ParameterReport(trained, replaced, frozen, modules, untouched, notes);
    }

    private static String shown(List<String> paths) {
        String text = String.join(", ", paths.subList(0, Math.min(PATHS_SHOWN, paths.size())));
        return paths.size() <= PATHS_SHOWN
                ? text
                : text + ", and " + (paths.size() - PATHS_SHOWN) + " more";
    }

    /**
     * Everything that training changes.
     *
     * @return adapter and replaced parameters together
     */
    public long trainable() {
        return adapter + replaced;
    }

    /**
     * Everything there is.
     *
     * @return trainable and frozen parameters together
     */
    public long all() {
        return trainable() + frozen;
    }

    /**
     * Says it in lines; the first is PEFT's.
     *
     * @return {@code trainable params: … || all params: … || trainable%: …} and what is adapted
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "trainable params: %,d || all params: %,d || trainable%%: %.4f%n",
                        trainable(),
                        all(),
                        100.0 * trainable() / all()));
        text.append(
                String.format(
                        Locale.ROOT,
                        "  adapter %,d, trained as a whole %,d, frozen %,d%n",
                        adapter,
                        replaced,
                        frozen));
        adaptedModules.forEach(
                (label, count) ->
                        text.append(String.format(Locale.ROOT, "  %4d x %s%n", count, label)));
        if (!untouched.isEmpty()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "  left, since no target selects them: %s%n",
                            shown(untouched)));
        }
        notes.forEach(note -> text.append(String.format(Locale.ROOT, "  note: %s%n", note)));
        return text.toString().stripTrailing();
    }
}
