package io.github.rlrr.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads what {@link Task#kept} gave, which comes from a file: anything may be in it. */
final class Kept {

    private Kept() {}

    /**
     * A list of numbers; empty where there is none of that name.
     *
     * @throws IllegalArgumentException when it is another thing, has another length than there are
     *     answers, or a number is outside its range
     */
    static List<Double> numbers(
            Map<String, Object> kept, String key, int answers, double least, double most) {
        Object value = kept.get(key);
        if (value == null) {
            return List.of();
        }
        List<Double> numbers = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Number n
                        && n.doubleValue() >= least
                        && n.doubleValue() <= most) {
                    numbers.add(n.doubleValue());
                }
            }
            if (numbers.size() == list.size() && numbers.size() == answers) {
                return numbers;
            }
        }
        throw new IllegalArgumentException(
                "the task's "
                        + key
                        + " are "
                        + value
                        + ", expected "
                        + answers
                        + " numbers of "
                        + least
                        + " to "
                        + most);
    }
}
