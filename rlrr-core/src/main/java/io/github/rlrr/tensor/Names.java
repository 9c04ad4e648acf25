package io.github.rlrr.tensor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds the names that a misspelt one may have meant. */
final class Names {

    private Names() {}

    /**
     * The names within a third of {@code wanted}'s length in edits (insertions, deletions,
     * substitutions; Levenshtein's distance), nearest first, ties in the order given.
     */
    static List<String> nearest(String wanted, Collection<String> names, int atMost) {
        int allowed = Math.max(2, wanted.length() / 3);
        record Candidate(String name, int distance) {}
        List<Candidate> candidates = new ArrayList<>();
        for (String name : names) {
            // Each edit changes the length by one at most; also keeps long names from costing.
            if (Math.abs(name.length() - wanted.length()) <= allowed) {
                int distance = distance(wanted, name);
                if (distance <= allowed) {
                    candidates.add(new Candidate(name, distance));
                }
            }
        }
        return candidates.stream()
                .sorted(Comparator.comparingInt(Candidate::distance))
                .limit(atMost)
                .map(Candidate::name)
                .toList();
    }

    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substituted, 1 + Math.min(previous[j], current[j - 1]));
            }
            int[] swap = previous;
            previous = current;
            current = swap;
        }
        return previous[b.length()];
    }
}
