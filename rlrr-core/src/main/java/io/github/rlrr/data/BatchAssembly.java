package io.github.rlrr.data;

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
    private float @Nullable [] values;
    private @Nullable Throwable fault;
    private int faultPlace = Integer.MAX_VALUE;
    private volatile boolean abandoned;

    BatchAssembly(BatchPlan plan, int batch) {
        this.plan = plan;
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
                plan.read(batch, place, values(), targets);
            } catch (RuntimeException | Error e) {
                failed(place, e);
            }
            if (left.decrementAndGet() == 0) {
                finish();
            }
        }
    }

    /** Made by the first reader: clearing the memory is left out of the training thread. */
    private synchronized float[] values() {
        if (values == null) {
            values = new float[Math.multiplyExact(size, plan.exampleSize())];
        }
        return values;
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
            result.complete(plan.finish(batch, values(), targets));
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }
}
