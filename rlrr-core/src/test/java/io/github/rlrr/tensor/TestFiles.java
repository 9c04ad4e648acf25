package io.github.rlrr.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds tensor files byte by byte, sharing no code with what reads and writes them. */
final class TestFiles {

    private TestFiles() {}

    /** A file of the parity data; missing is an error, never a skipped test. */
    static Path parity(String name) {
        return resource("/parity/" + name);
    }

    /** A file that PyTorch wrote. */
    static Path pth(String name) {
        return resource("/pth/" + name);
    }

    private static Path resource(String name) {
        URL url = TestFiles.class.getResource(name);
        if (url == null) {
            throw new AssertionError("test resource " + name + " is missing");
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] safetensors(String json, byte[] data) {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        return written(
                little(8 + header.length + data.length)
                        .putLong(header.length)
                        .put(header)
                        .put(data));
    }

    static byte[] npy(String descr, boolean fortran, String shape, byte[] data) {
        return npy(
                1,
                "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
                        .formatted(descr, fortran ? "True" : "False", shape),
                data);
    }

    static byte[] npy(int version, String dictionary, byte[] data) {
        byte[] text = dictionary.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = little(12 + text.length + data.length);
        out.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        out.put((byte) version).put((byte) 0);
        if (version == 1) {
            out.putShort((short) text.length);
        } else {
            out.putInt(text.length);
        }
        out.put(text).put(data);
        return written(out);
    }

    static byte[] zip(int method, Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(method);
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(e.getKey());
                CRC32 crc = new CRC32();
                crc.update(e.getValue());
                entry.setCrc(crc.getValue());
                entry.setSize(e.getValue().length);
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(e.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    static byte[] floats(float... values) {
        ByteBuffer out = little(4 * values.length);
        for (float value : values) {
            out.putFloat(value);
        }
        return written(out);
    }

    /** What was put into a buffer so far. */
    static byte[] written(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.position()];
        buffer.duplicate().flip().get(bytes);
        return bytes;
    }

    static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The offset of the one occurrence of a text in a file. */
    static int find(byte[] file, String text, int from) {
        return new String(file, StandardCharsets.ISO_8859_1).indexOf(text, from);
    }
}
