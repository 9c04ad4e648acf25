package io.github.rlrr.adapter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Selects the modules that a method is applied to.
 *
 * <p>The grammar stands at {@link RlrrConfig}. Patterns are matched against whole paths of a {@link
 * ModuleTree}.
 */
final class Targets {

    private static final int NEAREST_SHOWN = 3;

    private static final int MOST_TARGETS = 1000;
    private static final int MOST_COMPLEXITY = 1_000_000;

    private final List<TargetPattern> patterns;

    private Targets(List<TargetPattern> patterns) {
        this.patterns = patterns;
    }

    /** A copy of well-formed targets, of which there must be one; the remedy is for when not. */
    static List<String> some(List<String> targets, String remedy) {
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets is empty: " + remedy);
        }
        return any(targets);
    }

    /** A copy of well-formed targets; may be empty. */
    static List<String> any(List<String> targets) {
        List<String> copy = List.copyOf(targets);
        parse(copy);
        return copy;
    }

    /** Parses targets; throws IllegalArgumentException naming a malformed one. */
    static Targets parse(List<String> targets) {
        List<TargetPattern> patterns = new ArrayList<>();
        int complexity = 0;
        for (String target : targets) {
            TargetPattern pattern = TargetPattern.parse(target);
            patterns.add(pattern);
            // Files hold targets too, and a range such as [0-9999] is short to write.
            complexity += pattern.complexity();
            if (patterns.size() > MOST_TARGETS || complexity > MOST_COMPLEXITY) {
                throw new IllegalArgumentException(
                        "targets: there are too many, or too many layer ranges among them; expected"
                                + " at most "
                                + MOST_TARGETS);
            }
        }
        if (!patterns.isEmpty() && patterns.stream().allMatch(TargetPattern::excludes)) {
            throw new IllegalArgumentException(
                    "targets "
                            + targets
                            + " only exclude; name what they are taken from too, such as"
                            + " all-linear");
        }
        return new Targets(List.copyOf(patterns));
    }

    /**
     * Selects the sites of one rule, in module order.
     *
     * @param what names the rule in messages, such as "targets"
     * @param kinds the kinds of site the method applies to; a wildcard passes over others
     * @param taken sites that earlier rules hold; keywords pass over them, other patterns may not
     *     match nothing but them
     */
    List<Site> select(ModuleTree tree, String what, Set<SiteKind> kinds, Set<Site> taken) {
        List<Site> sites = tree.sitesAndParameters();
        Set<Site> selected = new LinkedHashSet<>();
        for (TargetPattern pattern : patterns) {
            boolean exact = pattern.isLiteral() && tree.modules().containsKey(pattern.text());
            List<Site> matched = sites.stream().filter(s -> pattern.matches(s, exact)).toList();
            if (pattern.excludes()) {
                continue;
            }
            List<Site> usable =
                    matched.stream()
                            .filter(s -> kinds.contains(s.kind()) && !taken.contains(s))
                            .toList();
            if (usable.isEmpty()) {
                throw new IllegalArgumentException(
                        explain(tree, what, pattern, exact, matched, kinds, taken));
            }
            selected.addAll(usable);
        }
        for (TargetPattern pattern : patterns) {
            if (pattern.excludes()) {
                boolean exact = pattern.isLiteral() && tree.modules().containsKey(pattern.text());
                if (sites.stream().noneMatch(s -> pattern.matches(s, exact))) {
                    throw new IllegalArgumentException(
                            explain(tree, what, pattern, exact, List.of(), kinds, taken));
                }
                selected.removeIf(s -> pattern.matches(s, exact));
            }
        }
        return sites.stream().filter(selected::contains).toList();
    }

    private static String explain(
            ModuleTree tree,
            String what,
            TargetPattern pattern,
            boolean exact,
            List<Site> matched,
            Set<SiteKind> kinds,
            Set<Site> taken) {
        String text = (pattern.excludes() ? "!" : "") + pattern.text();
        String subject = what + ": \"" + text + "\" ";
        if (!matched.isEmpty()) {
            Site first = matched.get(0);
            return taken.contains(first)
                    ? subject + "selects " + first.path() + ", which is already trained otherwise"
                    : subject
                            + "selects "
                            + first.path()
                            + ", a "
                            + first.kind().label()
                            + "; this method applies to "
                            + kinds.stream().map(SiteKind::label).sorted().toList();
        }
        SiteKind keyword = pattern.keyword();
        if (keyword != null) {
            return subject + "selects nothing: the block has no " + keyword.label();
        }
        boolean container =
                tree.modules().keySet().stream().anyMatch(p -> pattern.matchesPath(p, exact));
        if (container) {
            return subject
                    + "is a module without weights of its own; for the modules inside it write \""
                    + text
                    + ".**\"";
        }
        return subject
                + "matches no module; did you mean "
                + nearest(pattern.text(), tree)
                + "? Rlrr.tree(block) prints every path.";
    }

    private static String nearest(String wanted, ModuleTree tree) {
        int components = wanted.split("\\.").length;
        Set<String> candidates = new LinkedHashSet<>();
        for (Site site : tree.sites()) {
            candidates.add(site.path());
            String[] parts = site.path().split("\\.");
            int from = Math.max(0, parts.length - components);
            candidates.add(String.join(".", List.of(parts).subList(from, parts.length)));
        }
        List<String> sorted = new ArrayList<>(candidates);
        sorted.sort(Comparator.comparingInt(c -> distance(wanted, c)));
        return String.join(
                ", ", sorted.stream().limit(NEAREST_SHOWN).map(c -> "\"" + c + "\"").toList());
    }

    /** The Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
