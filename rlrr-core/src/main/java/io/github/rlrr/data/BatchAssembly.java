package io.github.rlrr.data;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One batch while it is being read. Any number of threads run it at once; each takes the next
 * example until there is none, and whoever reads the last one finishes the batch.
 */
final class BatchAssembly implements Runnable {

    private final BatchPlan plan;
    private final int batch;
    private final int size;
    private final double[] targets;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger left;
    private final CompletableFuture<BatchLoader.Batch> result = new CompletableFuture<>();
    private final BatchMemory memory;
    private @Nullable ByteBuffer inputs;
    private @Nullable Throwable fault;
    private int faultPlace = Integer.MAX_VALUE;
    private volatile boolean abandoned;

    BatchAssembly(BatchPlan plan, int batch, BatchMemory memory) {
        this.plan = plan;
        this.memory = memory;
        this.batch = batch;
        size = plan.size(batch);
        targets = new double[Math.multiplyExact(size, plan.targetSize())];
        left = new AtomicInteger(size);
    }

    int size() {
        return size;
    }

    /** The batch, or what reading its first unreadable example threw. */
    CompletableFuture<BatchLoader.Batch> result() {
        return result;
    }

    /** Reads no further example; the result may never be there. */
    void abandon() {
        abandoned = true;
    }

    @Override
    public void run() {
        for (int place = taken.getAndIncrement();
                place < size && !abandoned;
                place = taken.getAndIncrement()) {
            try {
                plan.read(batch, place, inputs().asFloatBuffer(), targets);
            } catch (RuntimeException | Error e) {
                failed(place, e);
            }
            if (left.decrementAndGet() == 0) {
                finish();
            }
        }
    }

    /** Taken by the first reader: clearing new memory is left out of the training thread. */
    private synchronized ByteBuffer inputs() {
        if (inputs == null) {
            inputs = memory.take(Math.multiplyExact(size, plan.exampleSize()));
        }
        return inputs;
    }

    /** Keeps the fault of the first place, whichever thread comes first. */
    private synchronized void failed(int place, Throwable e) {
        if (place < faultPlace) {
            faultPlace = place;
            fault = e;
        }
    }

    private synchronized void finish() {
        if (fault != null) {
            result.completeExceptionally(fault);
            return;
        }
        try {
            result.complete(plan.finish(batch, inputs(), targets));
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }
}
