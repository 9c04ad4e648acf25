package io.github.rlrr.training;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
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
     */
    record Batch(float[] values, long[] labels, Shape shape) {
        int size() {
            return labels.length;
        }
    }

    private final LabelledDataset data;
    private final int[] order;
    private final int batchSize;
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

    private BatchLoader(LabelledDataset data, int[] order, int batchSize, long epochSeed) {
        this.data = data;
        this.order = order;
        this.batchSize = batchSize;
        this.epochSeed = epochSeed;
        while (pending.size() < AHEAD && scheduled < order.length) {
            schedule();
        }
    }

    static BatchLoader inOrder(LabelledDataset data, int batchSize) {
        return new BatchLoader(data, identity(data.size()), batchSize, 0);
    }

    static BatchLoader shuffled(LabelledDataset data, int batchSize, long seed, int epoch) {
        long epochSeed = mix(seed, epoch);
        SplittableRandom random = new SplittableRandom(epochSeed);
        int[] order = identity(data.size());
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return new BatchLoader(data, order, batchSize, epochSeed);
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
        return new Batch(values, labels, new Shape(to - from).addAll(data.exampleShape()));
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
