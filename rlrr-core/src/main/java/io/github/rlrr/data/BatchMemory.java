package io.github.rlrr.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Memory outside of Java's heap for the batches of one pass. A batch of images is tens of MB, which
 * costs more to be taken from the system and cleared than to be filled; so it is taken a few times
 * and used again.
 */
final class BatchMemory {

    private final Deque<ByteBuffer> free = new ArrayDeque<>();

    /** Memory for so many floats; what it holds is of no meaning. */
    ByteBuffer take(int floats) {
        int bytes = Math.multiplyExact(floats, Float.BYTES);
        ByteBuffer whole;
        synchronized (free) {
            whole = free.poll();
        }
        if (whole == null || whole.capacity() < bytes) {
            whole = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        }
        return whole.clear().limit(bytes);
    }

    /** Memory that nobody reads any more. */
    void giveBack(ByteBuffer memory) {
        synchronized (free) {
            free.add(memory);
        }
    }
}
