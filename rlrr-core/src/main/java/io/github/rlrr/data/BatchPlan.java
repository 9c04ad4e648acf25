package io.github.rlrr.data;

import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Which examples the batches of one pass over a data set hold, and what is drawn for them.
 *
 * <p>The order depends on the seed and the epoch alone, how an example is augmented on the seed,
 * the epoch and its index, and how a batch is mixed on the seed, the epoch and its place.
 *
 * @param data the examples
 * @param order the examples' indices, batch after batch
 * @param batchSize the examples of a batch; the last may have fewer
 * @param accumulation the batches of a step
 * @param weight what an example weighs in the loss of its step, by its target
 * @param mixing how batches are mixed
 * @param epochSeed of all draws
 */
record BatchPlan(
        Examples data,
        int[] order,
        int batchSize,
        int accumulation,
        ToDoubleFunction<double[]> weight,
        Mixing mixing,
        long epochSeed) {

    static BatchPlan inOrder(Examples data, int batchSize) {
        int[] order = identity(data.size());
        return new BatchPlan(data, order, batchSize, 1, target -> 1, Mixing.NONE, 0);
    }

    /** An epoch of training. */
    static BatchPlan training(
            Examples data, Batching batching, ToDoubleFunction<double[]> weight, int epoch) {
        long epochSeed = BatchLoader.mix(batching.seed(), epoch);
        int[] order = shuffledOrder(data.size(), epochSeed);
        return new BatchPlan(
                data,
                Arrays.copyOf(order, batching.examples(order.length)),
                batching.batchSize(),
                batching.accumulation(),
                weight,
                batching.mixing(),
                epochSeed);
    }

    private static int[] shuffledOrder(int size, long epochSeed) {
        SplittableRandom random = new SplittableRandom(epochSeed);
        int[] order = identity(size);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    private static int[] identity(int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        return order;
    }

    /** The number of batches. */
    int batches() {
        return (order.length + batchSize - 1) / batchSize;
    }

    /** The number of examples of a batch. */
    int size(int batch) {
        return Math.min(order.length, (batch + 1) * batchSize) - batch * batchSize;
    }

    /** The number of values of an example. */
    int exampleSize() {
        return Math.toIntExact(data.exampleShape().size());
    }

    /** The number of values of a target. */
    int targetSize() {
        return data.targetSize();
    }

    /** Where a thread reads an example, small enough to stay in its processor's cache. */
    private static final ThreadLocal<float[]> EXAMPLE = ThreadLocal.withInitial(() -> new float[0]);

    /** Reads the example at a place of a batch into that place. */
    void read(int batch, int place, FloatBuffer inputs, double[] targets) {
        int index = order[batch * batchSize + place];
        SplittableRandom random = new SplittableRandom(BatchLoader.mix(epochSeed, index));
        int length = exampleSize();
        float[] example = EXAMPLE.get();
        if (example.length != length) {
            example = new float[length];
            EXAMPLE.set(example);
        }
        data.read(index, random, example, 0);
        inputs.put(place * length, example);
        double[] target = data.target(index);
        System.arraycopy(target, 0, targets, place * targetSize(), targetSize());
    }

    /** Mixes the examples of a batch that have all been read. */
    BatchLoader.Batch finish(int batch, ByteBuffer inputs, double[] targets) {
        int from = batch * batchSize;
        int size = size(batch);
        Shape one = data.exampleShape();
        SplittableRandom random = new SplittableRandom(BatchLoader.mix(~epochSeed, batch));
        float lambda = mixing.mix(inputs.asFloatBuffer(), size, one, random);
        Shape shape = new Shape(size).addAll(one);
        double share = share(from, from + size);
        return new BatchLoader.Batch(inputs, shape, targets, lambda, share);
    }

    /** The weight of some examples among those of their step. */
    private double share(int from, int to) {
        if (accumulation == 1) {
            return 1;
        }
        long examples = (long) batchSize * accumulation;
        long first = from / examples * examples;
        long last = Math.min(order.length, first + examples);
        double whole = weight((int) first, (int) last);
        return whole == 0 ? 0 : weight(from, to) / whole;
    }

    private double weight(int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += weight.applyAsDouble(data.target(order[i]));
        }
        return sum;
    }
}
