package io.github.rlrr.training;

import io.github.rlrr.task.Figure;
import io.github.rlrr.task.Figures;
import io.github.rlrr.task.Task;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Learning rate, figures and time of one epoch of a run; a line of {@link MetricsLog}.
 *
 * @param epoch the epoch, from 1
 * @param learningRate the rate of its last step
 * @param train the figures of its training examples while training
 * @param validation the figures of the validation set afterwards; NaN without one
 * @param seconds wall-clock seconds of training, evaluation left out
 * @param waited seconds of these in which the loop waited for data
 */
public record EpochMetrics(
        int epoch,
        double learningRate,
        Figures train,
        Figures validation,
        double seconds,
        double waited) {

    private static final String TRAIN = "train_";
    private static final String VALIDATION = "validation_";

    /**
     * The mean loss over the training examples.
     *
     * @return the loss, in the task's unit
     */
    public double trainLoss() {
        return train.value(Figure.LOSS);
    }

    /**
     * The mean loss over the validation set.
     *
     * @return the loss, in the task's unit; NaN without one
     */
    public double validationLoss() {
        return validation.value(Figure.LOSS);
    }

    /**
     * All but the epoch by name: {@code learning_rate}, each figure with {@code train_} or {@code
     * validation_} before its name, {@code seconds} and {@code waited}.
     *
     * @return the values in order, NaN where there is none
     */
    public Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("learning_rate", learningRate);
        train.all().forEach(figure -> values.put(TRAIN + figure.name(), figure.value()));
        validation.all().forEach(figure -> values.put(VALIDATION + figure.name(), figure.value()));
        values.put("seconds", seconds);
        values.put("waited", waited);
        return values;
    }

    /** An epoch of a task without values: its figures by name. */
    static EpochMetrics like(Task task) {
        List<Double> none = Collections.nCopies(task.counts().size(), Double.NaN);
        Figures train = task.trained(Double.NaN, none, 0);
        return new EpochMetrics(0, Double.NaN, train, task.figures(), 0, 0);
    }

    /** An epoch of the same task, from its {@link #values}. */
    EpochMetrics with(int number, ToDoubleFunction<String> value) {
        return new EpochMetrics(
                number,
                value.applyAsDouble("learning_rate"),
                train.with(figure -> value.applyAsDouble(TRAIN + figure.name())),
                validation.with(figure -> value.applyAsDouble(VALIDATION + figure.name())),
                value.applyAsDouble("seconds"),
                value.applyAsDouble("waited"));
    }
}
