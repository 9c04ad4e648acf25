package io.github.rlrr.adapter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What travels with an adapter besides its tensors.
 *
 * @param baseModel a name for people, such as the checkpoint's file name; may be empty
 * @param classNames the class names in label order; may be empty
 * @param preprocessing how inputs were prepared, as JSON values by key; may be empty
 * @param rejectBelow the probability of the likeliest class below which an answer is not to be
 *     trusted, 0 to 1; 0 trusts every answer
 */
public record AdapterMetadata(
        String baseModel,
        List<String> classNames,
        Map<String, Object> preprocessing,
        double rejectBelow) {

    /**
     * Copies the collections.
     *
     * @param baseModel any text
     * @param classNames none of them null
     * @param preprocessing values that JSON knows: text, finite numbers, booleans, lists and maps
     * @param rejectBelow as the record has it
     * @throws IllegalArgumentException when {@code rejectBelow} is not of 0 to 1
     */
    public AdapterMetadata {
        classNames = List.copyOf(classNames);
        preprocessing = Collections.unmodifiableMap(new LinkedHashMap<>(preprocessing));
        if (!(rejectBelow >= 0 && rejectBelow <= 1)) {
            throw new IllegalArgumentException(
                    "reject_below is " + rejectBelow + ", expected 0 to 1");
        }
    }

    /**
     * Every answer is trusted.
     *
     * @param baseModel any text
     * @param classNames none of them null
     * @param preprocessing values that JSON knows
     */
    public AdapterMetadata(
            String baseModel, List<String> classNames, Map<String, Object> preprocessing) {
        this(baseModel, classNames, preprocessing, 0);
    }

    /**
     * The same with another threshold.
     *
     * @param probability the new {@link #rejectBelow}
     * @return a copy
     * @throws IllegalArgumentException when it is not of 0 to 1
     */
    public AdapterMetadata withRejectBelow(double probability) {
        return new AdapterMetadata(baseModel, classNames, preprocessing, probability);
    }

    /** Nothing but the tensors. */
    public AdapterMetadata() {
        this("", List.of(), Map.of());
    }
}
