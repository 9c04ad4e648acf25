package io.github.rlrr.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells classes of one name apart, so that none is lost where results are kept by name: "crane" and
 * "crane" become "crane (1)" and "crane (2)". Names that differ in spaces around them count as one,
 * and a class without a name is called by its number, "class 7", counted from 0.
 */
public final class DistinctNames {

    private static final Logger LOG = LoggerFactory.getLogger(DistinctNames.class);

    private DistinctNames() {}

    /**
     * Makes names distinct.
     *
     * @param names in label order
     * @return as many names in the same order, none of them there twice or empty; those that were
     *     distinct stay as they are
     */
    public static List<String> of(List<String> names) {
        Map<String, Integer> counts = new HashMap<>();
        for (String name : names) {
            counts.merge(name.strip(), 1, Integer::sum);
        }
        Set<String> taken = new HashSet<>();
        for (String name : names) {
            if (unique(name, counts)) {
                taken.add(name.strip());
            }
        }
        Map<String, Integer> next = new HashMap<>();
        List<String> distinct = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (unique(name, counts)) {
                distinct.add(name);
                continue;
            }
            String plain = name.strip().isEmpty() ? "class " + i : name.strip();
            String told = plain;
            while (told.equals(name.strip()) || !taken.add(told)) {
                told = plain + " (" + next.merge(plain, 1, Integer::sum) + ")";
            }
            distinct.add(told);
        }
        return distinct;
    }

    private static boolean unique(String name, Map<String, Integer> counts) {
        String plain = name.strip();
        return !plain.isEmpty() && counts.getOrDefault(plain, 0) == 1;
    }

    /**
     * Makes names distinct, with one line of warning where that changed any.
     *
     * @param names in label order
     * @param source what the line says they come from, such as a file and key
     * @return as {@link #of(List)} gives them
     */
    public static List<String> of(List<String> names, String source) {
        List<String> distinct = of(names);
        List<String> changed = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equals(distinct.get(i))) {
                changed.add(i + " is \"" + distinct.get(i) + "\"");
            }
        }
        if (!changed.isEmpty()) {
            LOG.warn(
                    "{} has class names twice or empty; to tell them apart, class {}",
                    source,
                    OneLine.of(ShortList.of(changed)));
        }
        return distinct;
    }
}
