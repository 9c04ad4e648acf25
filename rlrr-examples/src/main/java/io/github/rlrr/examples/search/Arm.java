package io.github.rlrr.examples.search;

import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.Setting;
import io.github.rlrr.training.TrainingSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One choice of settings.
 *
 * @param values by the names that options have, in order
 */
public record Arm(Map<String, Double> values) {

    static final String RATE = TrainingSettings.LEARNING_RATE.option();
    static final String DECAY = TrainingSettings.WEIGHT_DECAY.option();

    /** Nothing chosen: all is as the options say. */
    public static final Arm NONE = new Arm(Map.of());

    public Arm {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Those that are the method's own, as {@code --set} takes them. */
    public Map<String, String> methodSettings() {
        Map<String, String> own = new LinkedHashMap<>();
        values.forEach(
                (name, value) -> {
                    if (!name.equals(RATE) && !name.equals(DECAY)) {
                        own.put(name, text(value));
                    }
                });
        return own;
    }

    /** These options with the settings of a run that are chosen. */
    public FineTuneOptions options(FineTuneOptions options) {
        FineTuneOptions with = options;
        Double rate = values.get(RATE);
        if (rate != null) {
            with = with.with(TrainingSettings.LEARNING_RATE, rate);
        }
        Double decay = values.get(DECAY);
        return decay == null ? with : with.with(TrainingSettings.WEIGHT_DECAY, decay);
    }

    /**
     * Every combination, the likely ones first: by how far their values stand from the front of
     * their lists.
     *
     * @param space the values of each setting, the likely ones first
     */
    public static List<Arm> combinations(Map<String, List<Double>> space) {
        record Ranked(Arm arm, int distance) {}
        List<Ranked> all = List.of(new Ranked(NONE, 0));
        for (Map.Entry<String, List<Double>> setting : space.entrySet()) {
            List<Ranked> more = new ArrayList<>();
            for (Ranked one : all) {
                for (int i = 0; i < setting.getValue().size(); i++) {
                    Map<String, Double> values = new LinkedHashMap<>(one.arm().values());
                    values.put(setting.getKey(), setting.getValue().get(i));
                    more.add(new Ranked(new Arm(values), one.distance() + i));
                }
            }
            all = more;
        }
        return all.stream()
                .sorted(Comparator.comparingInt(Ranked::distance))
                .map(Ranked::arm)
                .toList();
    }

    /**
     * Reads {@code lr=0.001,0.003,dropout=0,0.1}: a name and its first value, further values, the
     * next name. Commas and semicolons mean the same.
     *
     * @throws IllegalArgumentException when it is not of this form, or a name is there twice
     */
    public static Map<String, List<Double>> parse(String text) {
        Map<String, List<Double>> space = new LinkedHashMap<>();
        List<Double> current = null;
        for (String part : text.split("[,;]", -1)) {
            String[] pair = part.strip().split("=", 2);
            if (pair.length == 2) {
                current = new ArrayList<>();
                if (space.put(pair[0].strip(), current) != null) {
                    throw malformed(text);
                }
            }
            try {
                double value = Double.parseDouble(pair[pair.length - 1]);
                if (current == null) {
                    throw malformed(text);
                }
                current.add(value);
            } catch (NumberFormatException e) {
                throw malformed(text);
            }
        }
        return space;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "--search is \"" + text + "\", expected such as lr=0.001,0.003,dropout=0,0.1");
    }

    /** A value as the command line takes it: 8, not 8.0. */
    public static String text(double value) {
        return Setting.text(value);
    }

    /** Such as {@code lr 0.003, rank 1}. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + " " + text(entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
