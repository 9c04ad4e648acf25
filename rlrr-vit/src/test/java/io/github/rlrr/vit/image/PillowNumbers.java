package io.github.rlrr.vit.image;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads the uint8 pictures of an npz file of the parity folder; a missing file fails. */
final class PillowNumbers {

    private static final Pattern SHAPE = Pattern.compile("'shape': \\((\\d+), (\\d+), 3\\)");

    private PillowNumbers() {}

    static Map<String, RgbImage> read(String file) throws IOException {
        Map<String, RgbImage> images = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(open(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                images.put(entry.getName().replace(".npy", ""), readArray(zip));
            }
        }
        return images;
    }

    static InputStream open(String file) {
        InputStream in = PillowNumbers.class.getResourceAsStream("/parity/images/" + file);
        if (in == null) {
            throw new AssertionError("missing test resource parity/images/" + file);
        }
        return in;
    }

    private static RgbImage readArray(InputStream in) throws IOException {
        byte[] start = new DataInputStream(in).readNBytes(10);
        int length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getShort(8);
        String header = new String(in.readNBytes(length), StandardCharsets.US_ASCII);
        Matcher shape = SHAPE.matcher(header);
        if (!shape.find() || !header.contains("'|u1'") || !header.contains("order': False")) {
            throw new AssertionError("not a C-order uint8 picture: " + header);
        }
        int height = Integer.parseInt(shape.group(1));
        int width = Integer.parseInt(shape.group(2));
        return new RgbImage(width, height, in.readNBytes(3 * height * width));
    }
}
