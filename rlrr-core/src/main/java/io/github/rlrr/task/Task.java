package io.github.rlrr.task;

import ai.djl.ndarray.NDManager;
import io.github.rlrr.data.Examples;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model is asked: one label an image, several, numbers. It says how wrong an answer is, what
 * is told of many answers and which of it decides, and what one answer is.
 *
 * <p>A task is a value without arrays: settings, and what was learned of the training set's targets
 * where that is needed to answer, such as their mean. The training loop, its records, the report
 * and the adapter's folder know nothing else of a question. A new one is a class that implements
 * this, with an {@link Objective} and a {@link Tally}, and a line in {@link Tasks}.
 *
 * <p>A model answers an example with a row of outputs, one for each of the {@linkplain
 * Examples#answerNames names of its data}. A task of several heads is one whose outputs and targets
 * stand one head's after the other's.
 */
public interface Task {

    /**
     * The name that data, states and adapters call it by.
     *
     * @return lower case with hyphens, such as {@code single-label}
     */
    String name();

    /**
     * What tells this task from others of its name: a run is gone on with by the same settings
     * only.
     *
     * @return JSON's kinds of values by name, in order
     */
    Map<String, Object> settings();

    /**
     * What an adapter keeps of this task, so that {@link Tasks#kept} can answer with it.
     *
     * @return JSON's kinds of values by name; empty where the outputs say all
     */
    default Map<String, Object> kept() {
        return Map.of();
    }

    /**
     * What is wrong with the settings by themselves.
     *
     * @return one sentence each; empty when nothing is
     */
    List<String> faults();

    /**
     * What is wrong with the settings for data and a model.
     *
     * @param train the training set
     * @param validation the set evaluated after every epoch, where there is one
     * @param outputs how many outputs the model has
     * @return one sentence each; empty when nothing is
     */
    List<String> faults(Examples train, @Nullable Examples validation, int outputs);

    /**
     * Prepares the loss of training.
     *
     * @param like a manager on the device of the model
     * @param mixed whether batches are mixed
     * @return the loss, to be closed
     */
    Objective objective(NDManager like, boolean mixed);

    /**
     * The names of what the objective counts, as a run's state has them.
     *
     * @return the names in the order of {@link Objective#readCounts}; may be empty
     */
    List<String> counts();

    /**
     * The figures of an epoch's training.
     *
     * @param loss the mean loss over its examples
     * @param counts the sums of what the objective counted
     * @param examples how many there were
     * @return the figures, {@link Figure#LOSS} among them
     */
    Figures trained(double loss, List<Double> counts, long examples);

    /**
     * The figures of an evaluation, without values.
     *
     * @return what {@link Tally#figures} gives, with NaN for each value
     */
    Figures figures();

    /**
     * Which figures of an evaluation decide which of two models is the better.
     *
     * @return names of {@link #figures}: the first decides, and where it is equal the next
     */
    List<String> deciding();

    /**
     * Starts counting the answers of an evaluation.
     *
     * @param data what is evaluated
     * @return the counts, with nothing counted
     */
    Tally tally(Examples data);

    /**
     * This task with what it chooses by examples that it was not trained on, such as thresholds.
     *
     * @param data the examples
     * @param outputs the model's, one row for each example
     * @return a task that answers with what was chosen; this one where nothing is to be chosen
     */
    default Task chosenOn(Examples data, List<float[]> outputs) {
        return this;
    }

    /**
     * What the outputs of one example say.
     *
     * @param outputs the model's
     * @return a value for each name: a probability, a quantity in its own unit
     * @throws ArithmeticException when an output is not finite
     */
    double[] answer(float[] outputs);

    /**
     * Which names an answer gives its example.
     *
     * @param answer what {@link #answer} gave
     * @return indices of names: the class, the labels; none where the names are quantities
     */
    List<Integer> given(double[] answer);

    /**
     * The columns of an answer in a table.
     *
     * @param names the names of its values
     * @return their titles
     */
    List<String> columns(List<String> names);

    /**
     * An answer's cells in these columns.
     *
     * @param answer what {@link #answer} gave
     * @param names the names of its values
     * @return a text or number for each of {@link #columns}
     */
    List<Object> cells(double[] answer, List<String> names);
}
