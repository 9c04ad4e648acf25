package io.github.rlrr.adapter;

import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What travels with an adapter besides its tensors.
 *
 * @param baseModel a name for people, such as the checkpoint's file name; may be empty
 * @param classNames the names of the classes, labels or quantities in order; may be empty
 * @param preprocessing how inputs were prepared, as JSON values by key; may be empty
 * @param rejectBelow the probability of the likeliest class below which an answer is not to be
 *     trusted, 0 to 1; 0 trusts every answer
 * @param task the name of the task it was trained for, such as {@code single-label}
 * @param kept what the task keeps, so that it can answer
 * @param precision the type of the matrix products it was trained with, such as {@code bfloat16};
 *     empty for float32. It says how the adapter came to be: any type can answer
 */
public record AdapterMetadata(
        String baseModel,
        List<String> classNames,
        Map<String, Object> preprocessing,
        double rejectBelow,
        String task,
        Map<String, Object> kept,
        String precision) {

    /**
     * Copies the collections.
     *
     * @param baseModel any text
     * @param classNames none of them null
     * @param preprocessing values that JSON knows: text, finite numbers, booleans, lists and maps
     * @param rejectBelow as the record has it
     * @param task as the record has it
     * @param kept values that JSON knows
     * @param precision as the record has it
     * @throws IllegalArgumentException when {@code rejectBelow} is not of 0 to 1
     */
    public AdapterMetadata {
        classNames = List.copyOf(classNames);
        preprocessing = Collections.unmodifiableMap(new LinkedHashMap<>(preprocessing));
        kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
        if (!(rejectBelow >= 0 && rejectBelow <= 1)) {
            throw new IllegalArgumentException(
                    "reject_below is " + rejectBelow + ", expected 0 to 1");
        }
    }

    /**
     * One label an example, and every answer is trusted.
     *
     * @param baseModel any text
     * @param classNames none of them null
     * @param preprocessing values that JSON knows
     */
    public AdapterMetadata(
            String baseModel, List<String> classNames, Map<String, Object> preprocessing) {
        this(baseModel, classNames, preprocessing, 0, Tasks.USUAL, Map.of(), "");
    }

    /**
     * The same with another threshold.
     *
     * @param probability the new {@link #rejectBelow}
     * @return a copy
     * @throws IllegalArgumentException when it is not of 0 to 1
     */
    public AdapterMetadata withRejectBelow(double probability) {
        return new AdapterMetadata(
                baseModel, classNames, preprocessing, probability, task, kept, precision);
    }

    /**
     * The same with other class names.
     *
     * @param names in label order
     * @return a copy
     */
    public AdapterMetadata withClassNames(List<String> names) {
        return new AdapterMetadata(
                baseModel, names, preprocessing, rejectBelow, task, kept, precision);
    }

    /**
     * The same of another task.
     *
     * @param other what it was trained for
     * @return a copy
     */
    public AdapterMetadata withTask(Task other) {
        return new AdapterMetadata(
                baseModel,
                classNames,
                preprocessing,
                rejectBelow,
                other.name(),
                other.kept(),
                precision);
    }

    /**
     * The same of a run with another type of its matrix products.
     *
     * @param type the new {@link #precision}
     * @return a copy
     */
    public AdapterMetadata withPrecision(String type) {
        return new AdapterMetadata(
                baseModel, classNames, preprocessing, rejectBelow, task, kept, type);
    }

    /**
     * The task it was trained for, ready to answer.
     *
     * @return the task of this name, with what it keeps
     * @throws IllegalArgumentException when it is not known, or what it keeps does not fit the
     *     names
     */
    public Task asked() {
        return Tasks.kept(task, kept, classNames.size());
    }

    /** Nothing but the tensors. */
    public AdapterMetadata() {
        this("", List.of(), Map.of());
    }
}
