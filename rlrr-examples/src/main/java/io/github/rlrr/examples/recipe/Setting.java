package io.github.rlrr.examples.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A hyper-parameter that can be set otherwise or searched, under the name options give it. */
public enum Setting {
    /** The peak learning rate. */
    LEARNING_RATE("lr"),
    /** The residual dropout of the last block. */
    DROPOUT("dropout"),
    /** AdamW's decay. */
    WEIGHT_DECAY("weight-decay"),
    /** Examples a step. */
    BATCH_SIZE("batch-size"),
    /** Passes over the training images. */
    EPOCHS("epochs");

    private static final double LEAST_RATE = 1e-7;

    private final String label;

    Setting(String label) {
        this.label = label;
    }

    /**
     * Finds a setting by its name.
     *
     * @param name such as {@code lr}
     * @return the setting
     * @throws IllegalArgumentException when there is none of that name
     */
    static Setting named(String name) {
        return Arrays.stream(values())
                .filter(setting -> setting.label.equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "\""
                                                + name
                                                + "\" cannot be searched, expected "
                                                + Arrays.stream(values())
                                                        .map(Setting::toString)
                                                        .collect(Collectors.joining(", "))));
    }

    /**
     * Checks values that are set.
     *
     * @param values the values by setting
     * @throws IllegalArgumentException with all that are out of range
     */
    public static void check(Map<Setting, Double> values) {
        List<String> faults = new ArrayList<>();
        values.forEach(
                (setting, value) -> faults.addAll(HyperParameters.faults(setting, List.of(value))));
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    boolean accepts(double value) {
        return switch (this) {
            // The published warm-up begins here.
            case LEARNING_RATE -> value > LEAST_RATE && Double.isFinite(value);
            case DROPOUT -> value >= 0 && value < 1;
            case WEIGHT_DECAY -> value >= 0 && Double.isFinite(value);
            case BATCH_SIZE, EPOCHS -> value >= 1 && value == (int) value;
        };
    }

    String expected() {
        return switch (this) {
            case LEARNING_RATE -> "more than 1e-7";
            case DROPOUT -> "0 or more and less than 1";
            case WEIGHT_DECAY -> "0 or more";
            case BATCH_SIZE, EPOCHS -> "a whole number of at least 1";
        };
    }

    /**
     * A number as people write it: 32, not 32.0.
     *
     * @param value the number
     * @return its text
     */
    public static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    @Override
    public String toString() {
        return label;
    }
}
