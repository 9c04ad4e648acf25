package io.github.rlrr.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.ZipEntry;

/**
 * A stretch of a storage that several tensors may share: the first to be read to its end checks the
 * whole storage, those after it read no more than their own bytes.
 */
final class StorageBytes {

    private StorageBytes() {}

    /**
     * Opens a stretch of a storage.
     *
     * @param begin its first byte in the storage
     * @param end the byte after its last
     * @param verified the names of the entries checked so far, to which this one's is added
     */
    static TensorBytes open(
            CheckedZip zip, ZipEntry entry, long begin, long end, Set<String> verified)
            throws IOException {
        InputStream in = zip.stream(entry);
        return verified.contains(entry.getName())
                ? new Later(in, begin)
                : new First(
                        new EntryBytes(in, begin, entry.getSize() - end, entry.getCrc()),
                        entry.getName(),
                        verified);
    }

    private record First(EntryBytes bytes, String name, Set<String> verified)
            implements TensorBytes {

        @Override
        public void read(ByteBuffer target) throws IOException {
            bytes.read(target);
        }

        @Override
        public void finish() throws IOException {
            bytes.finish();
            verified.add(name);
        }

        @Override
        public void close() throws IOException {
            bytes.close();
        }
    }

    private static final class Later implements TensorBytes {

        private final InputStream in;
        private final byte[] scratch = new byte[1 << 16];
        private long before;

        Later(InputStream in, long before) {
            this.in = in;
            this.before = before;
        }

        @Override
        public void read(ByteBuffer target) throws IOException {
            in.skipNBytes(before); // a seek, since the entry is stored
            before = 0;
            EntryBytes.fill(in, target, scratch);
        }

        @Override
        public void finish() {}

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
