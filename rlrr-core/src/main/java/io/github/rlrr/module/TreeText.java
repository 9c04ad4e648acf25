package io.github.rlrr.module;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A block's modules in lines: what each is, and what an adapter makes of it. */
final class TreeText {

    private static final int LEAST_WIDTH = 32;

    private final ModuleTree tree;
    private final Map<String, String> lines = new LinkedHashMap<>();
    private final Map<String, String> adapted;

    private TreeText(ModuleTree tree, Map<String, String> adapted) {
        this.tree = tree;
        this.adapted = adapted;
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

    /**
     * The lines of a tree.
     *
     * @param adapted what is made of a site, by its path; empty for a block before it is adapted
     */
    static String of(ModuleTree tree, Map<String, String> adapted) {
        return new TreeText(tree, adapted).text();
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
        String whole = adapted.get(path);
        // TorchScript's parameters have an array and no shape.
        Shape shape =
                parameter.isInitialized() ? parameter.getArray().getShape() : parameter.getShape();
        return String.format(
                Locale.ROOT,
                "%-11s %s%s",
                SiteKind.PARAMETER.label(),
                shape == null ? "of unknown shape" : shape,
                whole == null ? ": " + tree.whyNoSite(path) : " <- " + whole);
    }

    private String fate(Site site) {
        String found = adapted.get(site.path());
        if (found != null) {
            return " <- " + found;
        }
        return adapted.isEmpty() ? "" : ": no target selects it";
    }

    private String text() {
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
        String format = "%-" + Math.max(LEAST_WIDTH, width) + "s %s%n";
        return lines.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, format, e.getKey(), e.getValue()))
                .collect(Collectors.joining());
    }
}
