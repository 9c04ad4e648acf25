package io.github.rlrr.data;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A random-access set of examples, each with its target: what a model is to answer of it.
 *
 * <p>A target is a row of numbers, as many for each example. What they mean is the task's: the
 * index of a class, a 0 or 1 for each label, quantities in their own unit. NaN stands for what is
 * not known.
 *
 * <p>Worker threads call {@link #read} ahead of need, so implementations are safe for concurrent
 * readers. What an example looks like depends on its index and on {@code random} alone, never on
 * the thread or the order of calls: that is what makes a run repeatable.
 */
public interface Examples {

    /**
     * The number of examples.
     *
     * @return the size, at least 1
     */
    int size();

    /**
     * The shape of one example without a batch axis, such as (3, 224, 224).
     *
     * @return the shape, channels first for images
     */
    Shape exampleShape();

    /**
     * The name of the task that these targets are of, such as {@code single-label}.
     *
     * @return a name that {@code Tasks.named} knows
     */
    String task();

    /**
     * The names of what may be answered: classes, labels or quantities.
     *
     * @return one name for each output that a model needs, in their order
     */
    List<String> answerNames();

    /**
     * The length of a target.
     *
     * @return how many numbers {@link #target} gives, at least 1
     */
    int targetSize();

    /**
     * The target of an example.
     *
     * @param index the example, 0 to {@code size() - 1}
     * @return {@code targetSize()} numbers, the caller's to keep; NaN where one is not known
     */
    double[] target(int index);

    /**
     * Writes one example, augmented where this set augments, normalised, as float32.
     *
     * @param index the example, 0 to {@code size() - 1}
     * @param random the only source of randomness an augmentation may use
     * @param target the values being filled, what they are of no meaning
     * @param offset where in {@code target} this example begins; all {@code exampleShape().size()}
     *     values are written
     */
    void read(int index, SplittableRandom random, float[] target, int offset);
}
