package io.github.rlrr.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Reads the safetensors format.
 *
 * <p>Layout: the header's length as an unsigned little-endian 64-bit number, the header (JSON, see
 * {@link SafetensorsHeader}), then the data area. All reads give a position and none maps the file:
 * touching a mapped page of a file that was cut ends the JVM, and Windows cannot replace a mapped
 * file.
 *
 * <p>See the format's description at <a
 * href="https://github.com/huggingface/safetensors#format">github.com/huggingface/safetensors</a>.
 */
final class SafetensorsReader extends BaseReader {

    /** The length field before the header. */
    static final int PREFIX_BYTES = Long.BYTES;

    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final long dataStart;

    private SafetensorsReader(
            Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
        super(file, header.tensors());
        this.channel = channel;
        this.header = header;
        this.dataStart = dataStart;
    }

    static SafetensorsReader open(Path file, ReadLimits limits) throws TensorFileException {
        FileChannel channel = null;
        SafetensorsReader reader = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            reader = open(file, channel, limits);
            return reader;
        } catch (IOException e) {
            throw TensorFileException.of(file, e);
        } finally {
            if (reader == null && channel != null) {
                closeQuietly(channel);
            }
        }
    }

    private static SafetensorsReader open(Path file, FileChannel channel, ReadLimits limits)
            throws IOException {
        long size = channel.size();
        if (size < PREFIX_BYTES) {
            throw new TensorFileException(
                    file, "has %s bytes, expected at least 8 for safetensors".formatted(size));
        }
        ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, prefix, 0);
        long length = prefix.getLong(0);
        // Negative means 2^63 and more: the field is unsigned.
        if (length < 0 || length > size - PREFIX_BYTES) {
            throw new TensorFileException(
                    file,
                    "claims a header of %s bytes in a file of %s; %s"
                            .formatted(Long.toUnsignedString(length), size, guess(prefix.array())));
        }
        if (length > limits.maxHeaderBytes()) {
            throw new TensorFileException(
                    file,
                    "claims a header of %s bytes, expected at most %s (ReadLimits.maxHeaderBytes)"
                            .formatted(length, limits.maxHeaderBytes()));
        }
        ByteBuffer json = ByteBuffer.allocate((int) length);
        readFully(channel, json, PREFIX_BYTES);
        long dataStart = PREFIX_BYTES + length;
        SafetensorsHeader header =
                SafetensorsHeader.parse(file, json.array(), size - dataStart, limits);
        return new SafetensorsReader(file, channel, header, dataStart);
    }

    /** What a file probably is, whose first bytes are no header length. */
    private static String guess(byte[] first) {
        if (first[0] == (byte) 0x80 && first[1] <= 5) {
            return "it begins like a Python pickle, as PyTorch saved before 1.6; load it in Python"
                    + " and torch.save it again";
        }
        String text = new String(first, StandardCharsets.ISO_8859_1);
        if (text.equals("version ")) {
            return "it begins like a Git LFS pointer; run git lfs pull";
        }
        boolean printable = text.chars().allMatch(c -> c >= ' ' && c <= '~');
        return printable
                ? "it begins with \"" + text + "\", expected safetensors, npz or pth"
                : "it is cut short, or neither safetensors nor npz nor pth";
    }

    @Override
    public Map<String, String> metadata() {
        return header.metadata();
    }

    @Override
    TensorBytes bytes(TensorInfo tensor) {
        long offset = header.begin(tensor.name());
        return new TensorBytes() {
            private long position = dataStart + offset;

            @Override
            public void read(ByteBuffer target) throws IOException {
                int wanted = target.remaining();
                readFully(channel, target, position);
                position += wanted;
            }

            @Override
            public void finish() {} // the format has no checksum

            @Override
            public void close() {} // the channel belongs to the reader
        };
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long from)
            throws IOException {
        long position = from;
        while (target.hasRemaining()) {
            int n = channel.read(target, position);
            if (n < 0) {
                throw new EOFException("file ends at byte " + position);
            }
            position += n;
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The exception on its way says more than a failed close of a file only read.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
