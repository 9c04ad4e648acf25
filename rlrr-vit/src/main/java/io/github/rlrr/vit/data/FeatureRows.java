package io.github.rlrr.vit.data;

import io.github.rlrr.io.TemporaryFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Rows of floats, the first of them in memory, those beyond a budget in a temporary file. Any
 * number of threads may read.
 */
final class FeatureRows implements AutoCloseable {

    private final int width;
    private final float[][] held;
    private @Nullable Path folder;
    private @Nullable FileChannel file;

    /**
     * Makes room.
     *
     * @param count the number of rows
     * @param width the floats of a row
     * @param budget the most bytes to hold in memory
     */
    FeatureRows(int count, int width, long budget) throws IOException {
        this.width = width;
        long inMemory = Math.max(0, budget) / rowBytes();
        held = new float[(int) Math.min(count, inMemory)][];
        if (held.length < count) {
            folder = TemporaryFiles.folder();
            file =
                    FileChannel.open(
                            folder.resolve("features"),
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
        }
    }

    /** What the disk of temporary files has left. */
    static long freeBytes() throws IOException {
        return Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir"))).getUsableSpace();
    }

    private long rowBytes() {
        return (long) width * Float.BYTES;
    }

    /** How much of the budget is taken. */
    long heldBytes() {
        return held.length * rowBytes();
    }

    void put(int row, float[] values, int offset) throws IOException {
        if (row < held.length) {
            held[row] = new float[width];
            System.arraycopy(values, offset, held[row], 0, width);
            return;
        }
        ByteBuffer bytes = buffer();
        bytes.asFloatBuffer().put(values, offset, width);
        long place = (row - held.length) * rowBytes();
        while (bytes.hasRemaining()) {
            place += file().write(bytes, place);
        }
    }

    void read(int row, float[] target, int offset) throws IOException {
        if (row < held.length) {
            System.arraycopy(held[row], 0, target, offset, width);
            return;
        }
        ByteBuffer bytes = buffer();
        long place = (row - held.length) * rowBytes();
        while (bytes.hasRemaining()) {
            int read = file().read(bytes, place);
            if (read < 0) {
                throw new EOFException("kept features end at byte " + place);
            }
            place += read;
        }
        bytes.flip().order(ByteOrder.nativeOrder()).asFloatBuffer().get(target, offset, width);
    }

    private ByteBuffer buffer() {
        return ByteBuffer.allocate(Math.toIntExact(rowBytes())).order(ByteOrder.nativeOrder());
    }

    private FileChannel file() throws IOException {
        if (file == null) {
            throw new IOException("kept features are closed");
        }
        return file;
    }

    /** Frees the memory's part with this object, and deletes the file. */
    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
            if (folder != null) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            // It is swept away when the next one is made.
        }
        file = null;
    }
}
