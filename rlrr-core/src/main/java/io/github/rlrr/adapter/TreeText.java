package io.github.rlrr.adapter;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.Adapter.AdaptedSite;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A block's modules in lines: what each is, and what an adapter makes of it. */
final class TreeText {

    private static final int LEAST_WIDTH = 32;

    private final ModuleTree tree;
    private final Map<String, String> lines = new LinkedHashMap<>();
    private final Map<String, AdaptedSite> adapted = new HashMap<>();

    private TreeText(ModuleTree tree, @Nullable Adapter adapter) {
        this.tree = tree;
        if (adapter != null) {
            adapter.sites().forEach(site -> adapted.put(site.site().path(), site));
        }
        Map<String, Site> byWeight = new HashMap<>();
        Set<String> passedOver = new HashSet<>();
        for (Site site : tree.sites()) {
            byWeight.put(site.weight().getId(), site);
            Parameter bias = site.bias();
            if (bias != null) {
                passedOver.add(bias.getId());
            }
        }
        tree.parameters()
                .forEach(
                        (path, parameter) -> {
                            Site site = byWeight.get(parameter.getId());
                            if (site != null) {
                                lines.put(site.path(), describe(site) + fate(site));
                            } else if (!ModuleTree.isStatistic(parameter)
                                    && !passedOver.contains(parameter.getId())) {
                                lines.put(path, lone(path, parameter));
                            }
                        });
        tree.aliases().forEach((again, first) -> lines.put(again, "= " + first));
    }

    /** A block before it is adapted. */
    static String of(ModuleTree tree) {
        return new TreeText(tree, null).text();
    }

    /** A heading, then the base's modules with what the adapter makes of each. */
    static String of(Block base, ModuleTree tree, Adapter adapter) {
        String inputs =
                Arrays.stream(base.getInputShapes())
                        .map(Shape::toString)
                        .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s %s, adapted: %s%n%s",
                base.getClass().getSimpleName(),
                inputs,
                adapter.config().method(),
                new TreeText(tree, adapter).text());
    }

    private static String describe(Site site) {
        return String.format(
                Locale.ROOT,
                "%-11s %s%s",
                site.kind().label(),
                site.weight().getShape(),
                site.bias() == null ? "" : " + bias");
    }

    private String lone(String path, Parameter parameter) {
        AdaptedSite whole = adapted.get(path);
        // TorchScript's parameters have an array and no shape.
        Shape shape =
                parameter.isInitialized() ? parameter.getArray().getShape() : parameter.getShape();
        return String.format(
                Locale.ROOT,
                "%-11s %s%s",
                SiteKind.PARAMETER.label(),
                shape == null ? "of unknown shape" : shape,
                whole == null ? ": " + tree.whyNoSite(path) : " <- " + tensors(whole));
    }

    private String fate(Site site) {
        AdaptedSite found = adapted.get(site.path());
        if (found != null) {
            return " <- " + tensors(found);
        }
        return adapted.isEmpty() ? "" : ": no target selects it";
    }

    private static String tensors(AdaptedSite adapted) {
        return adapted.method().getClass().getSimpleName()
                + ": "
                + adapted.tensors().entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue().getShape())
                        .collect(Collectors.joining(", "));
    }

    private String text() {
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
        String format = "%-" + Math.max(LEAST_WIDTH, width) + "s %s%n";
        return lines.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, format, e.getKey(), e.getValue()))
                .collect(Collectors.joining());
    }
}
