package io.github.rlrr.vit.inference;

import io.github.rlrr.task.Task;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a model says of an image, whatever it was asked.
 *
 * @param task what it was asked
 * @param names the classes, labels or quantities, in order
 * @param values of each: its probability, or the quantity in its own unit
 * @param accepted whether the answer is to be trusted: with one label an image, the most probable
 *     class is at least as probable as the model's threshold; true of all else
 */
public record Answer(Task task, List<String> names, List<Double> values, boolean accepted) {

    /**
     * Copies the lists.
     *
     * @param task as the record has it
     * @param names as the record has it
     * @param values as the record has it
     * @param accepted as the record has it
     */
    public Answer {
        names = List.copyOf(names);
        values = List.copyOf(values);
    }

    /**
     * The names that the image is given: the most probable class, or every label from its threshold
     * on.
     *
     * @return in their order; empty where no label is given, and where the answer is numbers
     */
    public List<String> labels() {
        return task.given(array()).stream().map(names::get).toList();
    }

    /**
     * One value.
     *
     * @param name a class, label or quantity
     * @return its probability, or the quantity
     * @throws IllegalArgumentException when there is none of that name
     */
    public double value(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "no answer is called " + name + "; there are " + names);
        }
        return values.get(index);
    }

    /**
     * All values by name.
     *
     * @return in the order of the names
     */
    public Map<String, Double> byName() {
        Map<String, Double> byName = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            byName.put(names.get(i), values.get(i));
        }
        return byName;
    }

    /**
     * The cells of this answer in a table, under the task's columns.
     *
     * @return texts and numbers
     */
    public List<Object> cells() {
        return task.cells(array(), names);
    }

    /**
     * The names from the largest value to the smallest, such as classes by their probability.
     *
     * @return all of them; of equal ones the first comes first
     */
    public List<ClassProbability> ranked() {
        return IntStream.range(0, values.size())
                .mapToObj(i -> new ClassProbability(names.get(i), i, values.get(i)))
                .sorted(Comparator.comparingDouble(ClassProbability::probability).reversed())
                .toList();
    }

    private double[] array() {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
