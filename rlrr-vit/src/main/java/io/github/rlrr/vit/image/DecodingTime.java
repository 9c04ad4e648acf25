package io.github.rlrr.vit.image;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;

/**
 * The time that one image may take to be decoded. A reader is stopped from within, in its own
 * thread: when it reads on in the file, and when it tells of its progress.
 *
 * <p>It is the thread's processor time, so that a busy machine refuses no image that an idle one
 * reads; where Java cannot tell that, as in a virtual thread, it is the time on the clock.
 */
final class DecodingTime {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final long most;
    private final boolean processor;
    private final long begun;
    private boolean spent;

    /** Begins now, for the calling thread. */
    DecodingTime(Duration most) {
        this.most = most.toNanos();
        long used = processorTime();
        processor = used >= 0;
        begun = processor ? used : System.nanoTime();
    }

    /** Nanoseconds, or less than 0 where they are not known. */
    private static long processorTime() {
        try {
            return THREADS.getCurrentThreadCpuTime();
        } catch (UnsupportedOperationException e) {
            return -1;
        }
    }

    /** Whether the reader took longer; what it gave is not to be used then. */
    boolean isSpent() {
        long now = processor ? processorTime() : System.nanoTime();
        spent |= now - begun > most;
        return spent;
    }

    /** Has a reader stop when the time is spent. */
    void watch(ImageReader reader) {
        reader.addIIOReadProgressListener(new Abort());
    }

    private final class Abort implements IIOReadProgressListener {

        @Override
        public void imageProgress(ImageReader source, float percentageDone) {
            if (isSpent()) {
                source.abort();
            }
        }

        @Override
        public void imageStarted(ImageReader source, int imageIndex) {}

        @Override
        public void imageComplete(ImageReader source) {}

        @Override
        public void readAborted(ImageReader source) {}

        @Override
        public void sequenceStarted(ImageReader source, int minIndex) {}

        @Override
        public void sequenceComplete(ImageReader source) {}

        @Override
        public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

        @Override
        public void thumbnailProgress(ImageReader source, float percentageDone) {}

        @Override
        public void thumbnailComplete(ImageReader source) {}
    }
}
