package io.github.rlrr.task;

import io.github.rlrr.data.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tasks there are, by name. */
public final class Tasks {

    /** The name of the task of data and adapters that name none. */
    public static final String USUAL = "single-label";

    /**
     * How a task is made.
     *
     * @param of from a training set, at its usual settings
     * @param kept from what an adapter keeps, for so many answers
     */
    private record Kind(
            Function<Examples, Task> of, BiFunction<Map<String, Object>, Integer, Task> kept) {}

    private static final Map<String, Kind> KINDS =
            new TreeMap<>(
                    Map.of(
                            USUAL,
                            new Kind(train -> SingleLabel.USUAL, (kept, n) -> SingleLabel.USUAL),
                            MultiLabel.NAME,
                            new Kind(train -> MultiLabel.USUAL, Tasks::multiLabel),
                            Regression.NAME,
                            new Kind(Regression::of, Regression::kept)));

    private Tasks() {}

    /**
     * The task of a data set, at its usual settings.
     *
     * @param data the training set
     * @return the task
     * @throws IllegalArgumentException when the set names a task that is not known
     */
    public static Task of(Examples data) {
        return kind(data.task()).of.apply(data);
    }

    /**
     * The task that an adapter was trained for.
     *
     * @param name the task's
     * @param kept what {@link Task#kept} of it gave
     * @param answers how many names there are to answer with
     * @return a task that can answer
     * @throws IllegalArgumentException when the task is not known, or does not keep such values
     */
    public static Task kept(String name, Map<String, Object> kept, int answers) {
        return kind(name).kept.apply(kept, answers);
    }

    /**
     * The names of all tasks.
     *
     * @return sorted
     */
    public static List<String> names() {
        return List.copyOf(KINDS.keySet());
    }

    private static Task multiLabel(Map<String, Object> kept, int answers) {
        return new MultiLabel(List.of(), Kept.numbers(kept, MultiLabel.THRESHOLDS, answers, 0, 1));
    }

    /**
     * What keeps a task from data: targets of another task, or names that differ.
     *
     * @param what the names are called
     */
    static List<String> faults(
            Task task, String what, Examples train, @Nullable Examples validation) {
        List<String> faults = new ArrayList<>();
        String of = train.task() + (validation == null ? "" : " and " + validation.task());
        if (!(train.task().equals(task.name())
                && (validation == null || validation.task().equals(task.name())))) {
            faults.add("the data is of the task " + of + ", expected " + task.name());
        } else if (validation != null && !validation.answerNames().equals(train.answerNames())) {
            faults.add(
                    "the validation set's "
                            + what
                            + " "
                            + validation.answerNames()
                            + " are not the training set's "
                            + train.answerNames());
        }
        return faults;
    }

    private static Kind kind(String name) {
        Kind kind = KINDS.get(name);
        if (kind == null) {
            throw new IllegalArgumentException(
                    "the task "
                            + name
                            + " is unknown to this version of the library; it knows "
                            + names());
        }
        return kind;
    }
}
