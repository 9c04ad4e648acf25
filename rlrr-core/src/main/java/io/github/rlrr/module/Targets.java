package io.github.rlrr.module;

import io.github.rlrr.Internal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Selects the modules that a method is applied to.
 *
 * <p>The grammar; a module is selected when any target matches its path and no exclusion does:
 *
 * <table>
 * <caption>Targets</caption>
 * <tr><th>target</th><th>selects</th></tr>
 * <tr><td>{@code blocks.0.attn.query}</td><td>that module, if there is one of exactly this
 *     path</td></tr>
 * <tr><td>{@code attn.query}, {@code fc1}</td><td>otherwise every module whose path ends in these
 *     components; {@code fc1} is not {@code fc10}</td></tr>
 * <tr><td>{@code blocks.*.attn.{query,value}}</td><td>glob: {@code *} and {@code ?} within a
 *     component, {@code **} any number of components, <code>{a,b}</code> alternatives</td></tr>
 * <tr><td>{@code blocks.[0-5,11].**}</td><td>layer ranges: a component that is one of these
 *     numbers</td></tr>
 * <tr><td>{@code re:blocks\.\d+\.mlp\..*}</td><td>a regular expression over the whole path</td></tr>
 * <tr><td>{@code all-linear}, {@code all-norm}, {@code all-conv}, {@code all-scale}</td><td>every
 *     module of that kind that is not trained as a whole</td></tr>
 * <tr><td>{@code !blocks.[0-2].**}</td><td>exclusion: any of the above with a leading {@code
 *     !}</td></tr>
 * </table>
 *
 * Globs and ranges also match at the end of a path: {@code [0-5].attn.query} is enough. Where
 * modules are trained as a whole, a parameter that belongs to no such module, {@code cls_token}, is
 * selected by its own path in the same way; {@code **} is everything.
 *
 * <p>Patterns are matched against whole paths of a {@link ModuleTree}.
 */
@Internal
public final class Targets {

    private static final int NEAREST_SHOWN = 3;

    private static final int MOST_TARGETS = 1000;
    private static final int MOST_COMPLEXITY = 1_000_000;

    private final List<TargetPattern> patterns;

    private Targets(List<TargetPattern> patterns) {
        this.patterns = patterns;
    }

    /**
     * Checks targets of which there must be one.
     *
     * @param targets in the grammar
     * @param remedy what to do where there is none
     * @return a copy
     * @throws IllegalArgumentException when there is none, or naming a malformed one
     */
    public static List<String> some(List<String> targets, String remedy) {
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets is empty: " + remedy);
        }
        return any(targets);
    }

    /**
     * Checks targets.
     *
     * @param targets in the grammar; may be empty
     * @return a copy
     * @throws IllegalArgumentException naming a malformed one
     */
    public static List<String> any(List<String> targets) {
        List<String> copy = List.copyOf(targets);
        parse(copy);
        return copy;
    }

    /**
     * Parses targets.
     *
     * @param targets in the grammar; may be empty
     * @return what selects
     * @throws IllegalArgumentException naming a malformed one
     */
    public static Targets parse(List<String> targets) {
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
     * Selects the sites of one rule.
     *
     * @param tree the block's modules
     * @param what names the rule in messages, such as "targets"
     * @param kinds the kinds of site the method applies to; a wildcard passes over others
     * @param taken sites that earlier rules hold; keywords pass over them, other patterns may not
     *     match nothing but them
     * @return the sites, in module order
     * @throws IllegalArgumentException when a pattern selects nothing, with the nearest names
     */
    public List<Site> select(ModuleTree tree, String what, Set<SiteKind> kinds, Set<Site> taken) {
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
