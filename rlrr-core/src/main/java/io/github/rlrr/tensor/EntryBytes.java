package io.github.rlrr.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/** A stretch of an archive's entry, with the archive's checksum over all of the entry. */
final class EntryBytes implements TensorBytes {

    private static final int SCRATCH_BYTES = 1 << 16;

    private final CheckedInputStream in;
    private final long bytesAfter;
    private final long expectedCrc;
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    /**
     * Takes an entry's stream from its first byte on, and closes it if what comes before the
     * stretch cannot be passed.
     *
     * @param bytesBefore what to pass before the stretch
     * @param bytesAfter what comes between the stretch and the entry's end
     */
    EntryBytes(InputStream entry, long bytesBefore, long bytesAfter, long expectedCrc)
            throws IOException {
        this.in = new CheckedInputStream(entry, new CRC32());
        this.bytesAfter = bytesAfter;
        this.expectedCrc = expectedCrc;
        boolean passed = false;
        try {
            in.skipNBytes(bytesBefore);
            passed = true;
        } finally {
            if (!passed) {
                in.close();
            }
        }
    }

    @Override
    public void read(ByteBuffer target) throws IOException {
        fill(in, target, scratch);
    }

    /** Fills {@code target} to its limit by way of {@code scratch}. */
    static void fill(InputStream in, ByteBuffer target, byte[] scratch) throws IOException {
        while (target.hasRemaining()) {
            int n = in.read(scratch, 0, Math.min(scratch.length, target.remaining()));
            if (n < 0) {
                throw new EOFException("archive entry ends");
            }
            target.put(scratch, 0, n);
        }
    }

    @Override
    public void finish() throws IOException {
        in.skipNBytes(bytesAfter);
        if (in.read() >= 0) {
            throw new IOException("more data than the archive's directory says");
        }
        long crc = in.getChecksum().getValue();
        if (crc != expectedCrc) {
            throw new IOException(
                    "data is damaged: its CRC-32 is %s, expected %s"
                            .formatted(hex(crc), hex(expectedCrc)));
        }
    }

    private static String hex(long crc) {
        return HexFormat.of().toHexDigits((int) crc);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Data already read, checked and put in order. */
    static final class Rows implements TensorBytes {

        private final ByteBuffer data;

        Rows(byte[] data) {
            this.data = ByteBuffer.wrap(data);
        }

        @Override
        public void read(ByteBuffer target) {
            int n = target.remaining();
            target.put(data.slice(data.position(), n));
            data.position(data.position() + n);
        }

        @Override
        public void finish() {}

        @Override
        public void close() {}
    }
}
