package io.github.rlrr.vit.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells an image's format from the first bytes of its file. */
final class FileSignature {

    /** How many bytes suffice. */
    static final int LENGTH = 64;

    /** Sizes of a bitmap's second header, one for each version of it. */
    private static final Set<Integer> BITMAP_HEADERS = Set.of(12, 16, 40, 52, 56, 64, 108, 124);

    private static final Set<String> HEIC_BRANDS =
            Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1");

    private FileSignature() {}

    /**
     * The name of the format in lower case, whether it is read here or not; null for what is no
     * image by its first bytes.
     */
    static @Nullable String of(byte[] start) {
        if (startsWith(start, 0, "\u0089PNG\r\n\u001a\n")) {
            return "png";
        }
        if (startsWith(start, 0, "\u00ff\u00d8\u00ff")) {
            return "jpeg";
        }
        if (startsWith(start, 0, "GIF87a") || startsWith(start, 0, "GIF89a")) {
            return "gif";
        }
        if (startsWith(start, 0, "RIFF") && startsWith(start, 8, "WEBP")) {
            return "webp";
        }
        if (startsWith(start, 0, "II*\0") || startsWith(start, 0, "MM\0*")) {
            return "tiff";
        }
        if (startsWith(start, 0, "II+\0") || startsWith(start, 0, "MM\0+")) {
            return "bigtiff";
        }
        if (isBitmap(start)) {
            return "bmp";
        }
        if (startsWith(start, 0, "\u00ff\n") || startsWith(start, 0, "\0\0\0\fJXL ")) {
            return "jxl";
        }
        if (startsWith(start, 0, "\0\0\0\fjP  ")) {
            return "jp2";
        }
        return startsWith(start, 4, "ftyp") ? ofBrands(start) : null;
    }

    /** Of an ISO media file, whose major brand may be a general one that the others make clear. */
    private static @Nullable String ofBrands(byte[] start) {
        int end = Math.min(start.length, Math.max(0, ByteBuffer.wrap(start).getInt(0)));
        boolean heic = false;
        for (int at = 8;
                at + 4 <= end;
                at += at == 8 ? 8 : 4) { // 4 bytes of version after the first
            String brand = new String(start, at, 4, StandardCharsets.ISO_8859_1);
            if (brand.equals("avif") || brand.equals("avis")) {
                return "avif";
            }
            heic |= HEIC_BRANDS.contains(brand);
        }
        return heic ? "heic" : null;
    }

    /** Two letters say little: the fields after them must fit, too. */
    private static boolean isBitmap(byte[] start) {
        if (start.length < 18 || !startsWith(start, 0, "BM")) {
            return false;
        }
        ByteBuffer fields = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        long pixels = Integer.toUnsignedLong(fields.getInt(10));
        int header = fields.getInt(14);
        return BITMAP_HEADERS.contains(header) && pixels >= 14 + header;
    }

    static boolean startsWith(byte[] bytes, int at, String magic) {
        byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < at + expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes[at + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
