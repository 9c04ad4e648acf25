package io.github.rlrr.training;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Reads the batches of one pass over a data set on worker threads, a few ahead of need.
 *
 * <p>Several threads read examples of one batch. What a batch holds and where depends on the {@link
 * BatchPlan} alone, not on their number. No more than {@value #AHEAD} batches wait or are being
 * read, beside the one that was handed out last.
 */
final class BatchLoader implements AutoCloseable {

    private static final int AHEAD = 3;

    /** More would take the processors from what they read for. */
    private static final int MOST_THREADS = 8;

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

    private final BatchPlan plan;
    private final int threads;
    private final ExecutorService workers;
    private final Deque<BatchAssembly> pending = new ArrayDeque<>();
    private int scheduled;
    private long waitedNanos;

    /** Begins at a batch of the plan, with so many threads. */
    BatchLoader(BatchPlan plan, int firstBatch, int threads) {
        this.plan = plan;
        this.threads = threads;
        scheduled = firstBatch;
        workers = Executors.newFixedThreadPool(threads, BatchLoader::worker);
        while (pending.size() < AHEAD && scheduled < plan.batches()) {
            schedule();
        }
    }

    private BatchLoader(BatchPlan plan, int firstBatch) {
        this(plan, firstBatch, usualThreads());
    }

    static BatchLoader inOrder(LabelledDataset data, int batchSize) {
        return new BatchLoader(BatchPlan.inOrder(data, batchSize), 0);
    }

    /** The batches of an epoch of training from one of them on, counted from 0. */
    static BatchLoader training(
            LabelledDataset data, FineTuneOptions options, int epoch, int firstBatch) {
        return new BatchLoader(BatchPlan.training(data, options, epoch), firstBatch);
    }

    private static int usualThreads() {
        return Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    }

    private static Thread worker(Runnable task) {
        Thread thread = new Thread(task, "rlrr-loader");
        thread.setDaemon(true);
        return thread;
    }

    /** A seed for one place of a sequence, unrelated to its neighbours'. */
    static long mix(long seed, long place) {
        return new SplittableRandom(seed ^ (place + 1) * 0x9E3779B97F4A7C15L).nextLong();
    }

    private void schedule() {
        BatchAssembly batch = new BatchAssembly(plan, scheduled++);
        pending.add(batch);
        for (int i = 0; i < Math.min(threads, batch.size()); i++) {
            workers.execute(batch);
        }
    }

    boolean hasNext() {
        return !pending.isEmpty();
    }

    /** The next batch; rethrows what reading it threw. */
    Batch next() {
        long start = System.nanoTime();
        try {
            Batch batch = pending.remove().result().join();
            if (scheduled < plan.batches()) {
                schedule();
            }
            return batch;
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        } finally {
            waitedNanos += System.nanoTime() - start;
        }
    }

    /** The time {@link #next} has taken so far: how long training waited for its data. */
    long waitedNanos() {
        return waitedNanos;
    }

    /**
     * Waits until no thread reads any more, a few examples at most. Threads are not interrupted: an
     * interrupt closes a file channel that a data set may share among them.
     */
    @Override
    public void close() {
        pending.forEach(BatchAssembly::abandon);
        pending.clear();
        workers.shutdown();
        try {
            workers.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
