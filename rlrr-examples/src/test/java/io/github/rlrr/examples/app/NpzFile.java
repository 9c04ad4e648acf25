package io.github.rlrr.examples.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes npz files of random float32 arrays. */
final class NpzFile {

    private NpzFile() {}

    static void random(Path file, Map<String, int[]> shapes, double deviation) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(Deflater.NO_COMPRESSION);
            for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey() + ".npy"));
                zip.write(header(entry.getValue()));
                int size = 1;
                for (int dimension : entry.getValue()) {
                    size *= dimension;
                }
                ByteBuffer values = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < size; i++) {
                    values.putFloat((float) ((random.nextDouble() - 0.5) * deviation));
                }
                zip.write(values.array());
                zip.closeEntry();
            }
        }
    }

    private static byte[] header(int[] shape) {
        StringBuilder dimensions = new StringBuilder();
        for (int dimension : shape) {
            dimensions.append(dimension).append(", ");
        }
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + dimensions + "), }";
        int padded = (10 + text.length() + 1 + 63) / 64 * 64;
        String line = text + " ".repeat(padded - 10 - text.length() - 1) + "\n";
        ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        header.put((byte) 1).put((byte) 0).putShort((short) line.length());
        header.put(line.getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }
}
