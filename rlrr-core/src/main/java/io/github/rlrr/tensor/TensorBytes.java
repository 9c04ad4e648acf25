package io.github.rlrr.tensor;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The data of one tensor, little-endian, row-major, read once from front to back. */
interface TensorBytes extends Closeable {

    /**
     * Fills {@code target} to its limit with the next bytes.
     *
     * @throws java.io.EOFException if the file ends first
     */
    void read(ByteBuffer target) throws IOException;

    /** Checks, after the last byte was read, whatever the format lets one check. */
    void finish() throws IOException;
}
