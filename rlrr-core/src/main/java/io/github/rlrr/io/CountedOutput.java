package io.github.rlrr.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Counts what is written. After a failure it goes on counting and writes no more, so that the
 * failure can say how much room the whole file needs.
 */
final class CountedOutput extends OutputStream {

    private final OutputStream out;
    private long bytes;
    private @Nullable IOException failure;

    CountedOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] content, int offset, int length) throws IOException {
        bytes += length;
        if (failure == null) {
            try {
                out.write(content, offset, length);
            } catch (ClosedChannelException e) {
                throw e; // an interrupted thread, whom nothing should keep
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    /** What came, written or not. */
    long bytes() {
        return bytes;
    }

    /**
     * Says that something could not be written.
     *
     * @param target the file as the caller calls it
     */
    void check(Path target) throws IOException {
        if (failure != null) {
            throw WriteFault.of(target, bytes, failure);
        }
    }
}
