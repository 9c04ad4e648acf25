package io.github.rlrr.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.Threads;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the batches of one pass over a data set on worker threads, a few ahead of need.
 *
 * <p>Several threads read examples of one batch. What a batch holds and where depends on the {@link
 * BatchPlan} alone, not on their number. No more than {@value #AHEAD} batches wait or are being
 * read, beside the one that was handed out last.
 */
public final class BatchLoader implements AutoCloseable {

    private static final int AHEAD = 3;

    /**
     * Examples outside of Java's heap, from where a device takes them without another copy.
     *
     * <p>The memory is used again: whoever takes the next batch has closed every array that was
     * made of this one.
     *
     * @param inputs float32 in row-major order, in the byte order of the machine
     * @param shape the inputs' shape, (B, …)
     * @param targets the targets, one example's after the other's
     * @param lambda the share of each example's own target, 1 where nothing is mixed
     * @param share this batch's part of the loss of its step, 1 where a step has one batch
     */
    public record Batch(
            ByteBuffer inputs, Shape shape, double[] targets, float lambda, double share) {

        /**
         * The inputs as an array: on a GPU a copy, for the CPU the memory itself.
         *
         * @param manager owns the array
         * @return (B, …), to be closed before the next batch is taken
         */
        public NDArray array(NDManager manager) {
            return manager.create(inputs, shape, DataType.FLOAT32);
        }

        /**
         * A copy of the inputs.
         *
         * @return the values in row-major order
         */
        public float[] values() {
            FloatBuffer floats = inputs.duplicate().order(inputs.order()).asFloatBuffer();
            float[] values = new float[floats.remaining()];
            floats.get(values);
            return values;
        }

        /**
         * The number of examples.
         *
         * @return B
         */
        public int size() {
            return Math.toIntExact(shape.get(0));
        }
    }

    private final BatchPlan plan;
    private final int threads;
    private final ExecutorService workers;
    private final Deque<BatchAssembly> pending = new ArrayDeque<>();
    private final BatchMemory memory = new BatchMemory();
    private @Nullable Batch handedOut;
    private int scheduled;
    private long waitedNanos;

    /** Begins at a batch of the plan, with so many threads. */
    BatchLoader(BatchPlan plan, int firstBatch, int threads) {
        this.plan = plan;
        this.threads = threads;
        scheduled = firstBatch;
        workers = Threads.pool("rlrr-loader", threads);
        while (pending.size() < AHEAD && scheduled < plan.batches()) {
            schedule();
        }
    }

    private BatchLoader(BatchPlan plan, int firstBatch) {
        this(plan, firstBatch, Threads.loaders());
    }

    /**
     * The batches of a set in order, as they are.
     *
     * @param data the examples
     * @param batchSize the examples at a time
     * @return the loader, to be closed
     */
    public static BatchLoader inOrder(Examples data, int batchSize) {
        return new BatchLoader(BatchPlan.inOrder(data, batchSize), 0);
    }

    /**
     * The batches of an epoch of training from one of them on.
     *
     * @param data the examples
     * @param batching how they are cut into batches
     * @param weight what an example weighs in the loss of its step, by its target
     * @param epoch the epoch, from 0
     * @param firstBatch the batch to begin with, from 0
     * @return the loader, to be closed
     */
    public static BatchLoader training(
            Examples data,
            Batching batching,
            ToDoubleFunction<double[]> weight,
            int epoch,
            int firstBatch) {
        return new BatchLoader(BatchPlan.training(data, batching, weight, epoch), firstBatch);
    }

    /**
     * A seed for one place of a sequence, unrelated to its neighbours'.
     *
     * @param seed the sequence's
     * @param place the place, from 0
     * @return the seed
     */
    public static long mix(long seed, long place) {
        return new SplittableRandom(seed ^ (place + 1) * 0x9E3779B97F4A7C15L).nextLong();
    }

    private void schedule() {
        BatchAssembly batch = new BatchAssembly(plan, scheduled++, memory);
        pending.add(batch);
        for (int i = 0; i < Math.min(threads, batch.size()); i++) {
            workers.execute(batch);
        }
    }

    /**
     * Whether there is another batch.
     *
     * @return false at the end
     */
    public boolean hasNext() {
        return !pending.isEmpty();
    }

    /**
     * The next batch; rethrows what reading it threw. The memory of the one before is used again.
     *
     * @return the batch
     */
    public Batch next() {
        long start = System.nanoTime();
        try {
            if (handedOut != null) {
                memory.giveBack(handedOut.inputs());
                handedOut = null;
            }
            Batch batch = pending.remove().result().join();
            handedOut = batch;
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

    /**
     * The time {@link #next} has taken so far: how long training waited for its data.
     *
     * @return nanoseconds
     */
    public long waitedNanos() {
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
