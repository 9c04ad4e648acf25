package io.github.rlrr.data;

import java.nio.ByteBuffer;

/** Batches that outlive the next one. */
final class Batches {

    private Batches() {}

    /** A copy with memory of its own. */
    static BatchLoader.Batch kept(BatchLoader.Batch batch) {
        ByteBuffer own =
                ByteBuffer.allocateDirect(batch.inputs().remaining()).order(batch.inputs().order());
        own.put(batch.inputs().duplicate()).flip();
        return new BatchLoader.Batch(
                own, batch.shape(), batch.targets(), batch.lambda(), batch.share());
    }
}
