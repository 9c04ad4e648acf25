package io.github.rlrr.tensor;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;

/** Writes pickles opcode by opcode, and PyTorch archives around them. */
final class TestPickle {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Begins with protocol 2. */
    TestPickle() {
        op(0x80, 2);
    }

    /** Bytes as they are. */
    TestPickle op(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    /** Opcodes that are printable. */
    TestPickle ops(String opcodes) {
        return op(opcodes.chars().toArray());
    }

    TestPickle times(int count, String opcodes) {
        for (int i = 0; i < count; i++) {
            ops(opcodes);
        }
        return this;
    }

    TestPickle global(String module, String name) {
        return ops("c" + module + "\n" + name + "\n");
    }

    TestPickle text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        op('X');
        out.writeBytes(TestFiles.written(TestFiles.little(4).putInt(bytes.length)));
        out.writeBytes(bytes);
        return this;
    }

    TestPickle number(long value) {
        op(0x8a, 8);
        out.writeBytes(TestFiles.written(TestFiles.little(8).putLong(value)));
        return this;
    }

    TestPickle tuple(long... values) {
        op('(');
        for (long value : values) {
            number(value);
        }
        return op('t');
    }

    TestPickle storage(String type, String key, long count) {
        return ops("(").text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(count)
                .ops("tQ");
    }

    /** A float32 tensor of storage 0. */
    TestPickle tensor(long count, long offset, long[] size, long[] stride) {
        return tensor("FloatStorage", count, offset, size, stride);
    }

    TestPickle tensor(String type, long count, long offset, long[] size, long[] stride) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .ops("(")
                .storage(type, "0", count)
                .number(offset)
                .tuple(size)
                .tuple(stride)
                .op(0x89)
                .global("collections", "OrderedDict")
                .ops(")RtR");
    }

    /** A tensor of the two floats that storage 0 is expected to have. */
    TestPickle pair() {
        return tensor(2, 0, new long[] {2}, new long[] {1});
    }

    byte[] stop() {
        return op('.').out.toByteArray();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** A state dict of one tensor, "a", which {@link #tensor} writes. */
    static byte[] one(long count, long offset, long[] size, long[] stride) {
        return new TestPickle()
                .ops("}")
                .text("a")
                .tensor(count, offset, size, stride)
                .ops("s")
                .stop();
    }

    /** The entries of an archive with storage 0. */
    static Map<String, byte[]> entries(byte[] pickle, byte[] storage) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("m/data.pkl", pickle);
        entries.put("m/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        entries.put("m/data/0", storage);
        entries.put("m/version", new byte[] {'3', '\n'});
        return entries;
    }

    /** An archive with storage 0. */
    static byte[] archive(byte[] pickle, byte[] storage) throws java.io.IOException {
        return TestFiles.zip(ZipEntry.STORED, entries(pickle, storage));
    }
}
