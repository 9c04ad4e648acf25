package io.github.rlrr.training;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

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
 * @param classWeights the weights of the classes in the loss; empty: all alike
 * @param mixing how batches are mixed
 * @param epochSeed of all draws
 */
record BatchPlan(
        LabelledDataset data,
        int[] order,
        int batchSize,
        int accumulation,
        List<Double> classWeights,
        Mixing mixing,
        long epochSeed) {

    static BatchPlan inOrder(LabelledDataset data, int batchSize) {
        int[] order = identity(data.size());
        return new BatchPlan(data, order, batchSize, 1, List.of(), Mixing.NONE, 0);
    }

    /** An epoch of training. */
    static BatchPlan training(LabelledDataset data, FineTuneOptions options, int epoch) {
        long epochSeed = BatchLoader.mix(options.seed(), epoch);
        int[] order = shuffledOrder(data.size(), epochSeed);
        return new BatchPlan(
                data,
                Arrays.copyOf(order, options.examplesPerEpoch(order.length)),
                options.batchSize(),
                options.accumulation(),
                // Soft targets are averaged over examples, hard ones over weights.
                options.mixes() ? List.of() : options.classWeights(),
                Mixing.of(options),
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

    /** Reads the example at a place of a batch into that place. */
    void read(int batch, int place, float[] values, long[] labels) {
        int index = order[batch * batchSize + place];
        SplittableRandom random = new SplittableRandom(BatchLoader.mix(epochSeed, index));
        data.read(index, random, values, place * exampleSize());
        labels[place] = data.label(index);
    }

    /** Mixes the examples of a batch that have all been read. */
    BatchLoader.Batch finish(int batch, float[] values, long[] labels) {
        int from = batch * batchSize;
        Shape one = data.exampleShape();
        SplittableRandom random = new SplittableRandom(BatchLoader.mix(~epochSeed, batch));
        float lambda = mixing.mix(values, labels.length, one, random);
        Shape shape = new Shape(labels.length).addAll(one);
        double share = share(from, from + labels.length);
        return new BatchLoader.Batch(values, labels, shape, lambda, share);
    }

    /** The weight of some examples among those of their step. */
    private double share(int from, int to) {
        if (accumulation == 1) {
            return 1;
        }
        long examples = (long) batchSize * accumulation;
        long first = from / examples * examples;
        long last = Math.min(order.length, first + examples);
        return weight(from, to) / weight((int) first, (int) last);
    }

    private double weight(int from, int to) {
        if (classWeights.isEmpty()) {
            return to - from;
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += classWeights.get(data.label(order[i]));
        }
        return sum;
    }
}
