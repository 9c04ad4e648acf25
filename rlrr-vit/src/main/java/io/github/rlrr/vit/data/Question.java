package io.github.rlrr.vit.data;

import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Regression;
import io.github.rlrr.task.Tasks;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a data set is read for.
 *
 * @param task the name of the task, such as {@code regression}; null for what the data says: one
 *     label an image, unless it has several beyond doubt
 * @param columns the columns of a CSV that hold the answers; empty for the usual ones
 * @param names what a model that is there already answers with: others are refused; empty for those
 *     of the data
 */
public record Question(@Nullable String task, List<String> columns, List<String> names) {

    /** Whatever the data says. */
    public static final Question ANY = new Question(null, List.of(), List.of());

    /**
     * Copies the lists.
     *
     * @param task as the record has it
     * @param columns as the record has it
     * @param names as the record has it
     * @throws IllegalArgumentException when there is no such task
     */
    public Question {
        if (task != null && !Tasks.names().contains(task)) {
            throw new IllegalArgumentException(
                    "the task is " + task + ", expected one of " + Tasks.names());
        }
        columns = List.copyOf(columns);
        names = List.copyOf(names);
    }

    /**
     * What a model that is there already answers.
     *
     * @param task the name of its task
     * @param names what it answers with
     * @return the question
     */
    public static Question of(String task, List<String> names) {
        return new Question(task, List.of(), names);
    }

    boolean mayBe(String other) {
        return task == null || task.equals(other);
    }

    boolean isForNumbers() {
        return Regression.NAME.equals(task);
    }

    boolean isForLabels() {
        return MultiLabel.NAME.equals(task);
    }

    boolean isForClasses() {
        return Tasks.USUAL.equals(task);
    }
}
