package io.github.rlrr.examples.recipe;

import io.github.rlrr.examples.search.Arm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The hyper-parameters to try: every combination of the values given for each.
 *
 * @param values the values to try by setting; empty: nothing is searched
 */
public record SearchSpace(Map<Setting, List<Double>> values) {

    /** Searches nothing. */
    public static final SearchSpace NONE = new SearchSpace(Map.of());

    /**
     * Copies the values, each list in its order.
     *
     * @throws IllegalArgumentException with every fault, for a setting without values, or a value
     *     that is out of range or given twice
     */
    public SearchSpace {
        Map<Setting, List<Double>> copy = new EnumMap<>(Setting.class);
        List<String> faults = new ArrayList<>();
        values.forEach(
                (setting, list) -> {
                    copy.put(setting, List.copyOf(list));
                    faults.addAll(HyperParameters.faults(setting, list));
                    if (list.isEmpty() || list.stream().distinct().count() < list.size()) {
                        faults.add(setting + " has the values " + list + ", expected each once");
                    }
                });
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("--search: " + String.join("; ", faults));
        }
        values = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads {@code lr=0.001,0.003,dropout=0,0.1}: a name and its first value, further values, the
     * next name. Commas and semicolons mean the same.
     *
     * @param text the text
     * @return what is to be tried
     * @throws IllegalArgumentException when it is not of this form, or a value is out of range
     */
    public static SearchSpace parse(String text) {
        Map<Setting, List<Double>> values = new EnumMap<>(Setting.class);
        Arm.parse(text).forEach((name, list) -> values.put(Setting.named(name), list));
        return new SearchSpace(values);
    }

    /**
     * Whether there is nothing to try.
     *
     * @return true for {@link #NONE}
     */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /**
     * Every combination.
     *
     * @param base what is not searched
     * @return the combinations, the first setting varying slowest
     */
    public List<HyperParameters> combinations(HyperParameters base) {
        List<HyperParameters> all = List.of(base);
        for (Map.Entry<Setting, List<Double>> entry : values.entrySet()) {
            List<HyperParameters> more = new ArrayList<>();
            for (HyperParameters one : all) {
                entry.getValue().forEach(value -> more.add(one.with(entry.getKey(), value)));
            }
            all = more;
        }
        return all;
    }

    /** In the form that is parsed; empty when nothing is searched. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(
                        entry ->
                                entry.getKey()
                                        + "="
                                        + entry.getValue().stream()
                                                .map(Setting::text)
                                                .collect(Collectors.joining(",")))
                .collect(Collectors.joining(","));
    }
}
