package io.github.rlrr.training;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Assembles the batches of one pass over a data set on a worker thread, a few ahead of need.
 *
 * <p>Which examples a batch holds depends on the seed and the epoch alone, and how each is
 * augmented on the seed, the epoch and its index.
 */
final class BatchLoader implements AutoCloseable {

    private static final int AHEAD = 3;

    /**
     * Examples in plain arrays.
     *
     * @param values the inputs in row-major order
     * @param labels the class indices
     * @param shape the inputs' shape, (B, …)
     * @param lambda the share of each example's own label, 1 where nothing is mixed
     * @param share this batch's part of the loss of its step, 1 where a step has one batch
     */
    record Batch(float[] values, long[] labels, Shape shape, float lambda, double share) {
        int size() {
            return labels.length;
        }
    }

    private final LabelledDataset data;
    private final int[] order;
    private final int batchSize;
    private final int accumulation;
    private final List<Double> classWeights;
    private final Mixing mixing;
    private final long epochSeed;
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "rlrr-loader");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final Deque<CompletableFuture<Batch>> pending = new ArrayDeque<>();
    private int scheduled;

    private BatchLoader(
            LabelledDataset data,
            int[] order,
            int firstBatch,
            int batchSize,
            int accumulation,
            List<Double> classWeights,
            Mixing mixing,
            long epochSeed) {
        this.data = data;
        this.order = order;
        this.batchSize = batchSize;
        this.accumulation = accumulation;
        this.classWeights = classWeights;
        this.mixing = mixing;
        this.epochSeed = epochSeed;
        scheduled = Math.min(order.length, Math.multiplyExact(firstBatch, batchSize));
        while (pending.size() < AHEAD && scheduled < order.length) {
            schedule();
        }
    }

    static BatchLoader inOrder(LabelledDataset data, int batchSize) {
        return new BatchLoader(
                data, identity(data.size()), 0, batchSize, 1, List.of(), Mixing.NONE, 0);
    }

    static BatchLoader shuffled(LabelledDataset data, int batchSize, long seed, int epoch) {
        long epochSeed = mix(seed, epoch);
        int[] order = shuffledOrder(data.size(), epochSeed);
        return new BatchLoader(data, order, 0, batchSize, 1, List.of(), Mixing.NONE, epochSeed);
    }

    /**
     * The batches of an epoch of training.
     *
     * @param epoch from 0
     * @param firstBatch the first of them that is wanted, from 0
     */
    static BatchLoader training(
            LabelledDataset data, FineTuneOptions options, int epoch, int firstBatch) {
        long epochSeed = mix(options.seed(), epoch);
        int[] order = shuffledOrder(data.size(), epochSeed);
        return new BatchLoader(
                data,
                Arrays.copyOf(order, options.examplesPerEpoch(order.length)),
                firstBatch,
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

    /** A seed for one place of a sequence, unrelated to its neighbours'. */
    static long mix(long seed, long place) {
        return new SplittableRandom(seed ^ (place + 1) * 0x9E3779B97F4A7C15L).nextLong();
    }

    private void schedule() {
        int from = scheduled;
        int to = Math.min(order.length, from + batchSize);
        scheduled = to;
        pending.add(CompletableFuture.supplyAsync(() -> assemble(from, to), worker));
    }

    private Batch assemble(int from, int to) {
        int example = Math.toIntExact(data.exampleShape().size());
        float[] values = new float[Math.multiplyExact(to - from, example)];
        long[] labels = new long[to - from];
        for (int i = from; i < to; i++) {
            int index = order[i];
            SplittableRandom random = new SplittableRandom(mix(epochSeed, index));
            data.read(index, random, values, (i - from) * example);
            labels[i - from] = data.label(index);
        }
        Shape one = data.exampleShape();
        SplittableRandom random = new SplittableRandom(mix(~epochSeed, from / batchSize));
        float lambda = mixing.mix(values, to - from, one, random);
        Shape shape = new Shape(to - from).addAll(one);
        return new Batch(values, labels, shape, lambda, share(from, to));
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

    boolean hasNext() {
        return !pending.isEmpty();
    }

    /** The next batch; rethrows what reading it threw. */
    Batch next() {
        try {
            Batch batch = pending.remove().join();
            if (scheduled < order.length) {
                schedule();
            }
            return batch;
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
