package io.github.rlrr.vit.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** Says in a few words what the bytes of a file that is no readable image look like. */
final class FileContent {

    private static final int SHOWN = 24;

    private FileContent() {}

    static String describe(byte[] bytes) {
        if (bytes.length == 0) {
            return "0 bytes";
        }
        if (FileSignature.startsWith(bytes, 0, "\u0089PNG")) {
            return "damaged PNG header";
        }
        if (FileSignature.startsWith(bytes, 0, "\u00ff\u00d8")) {
            return "damaged JPEG header";
        }
        if (FileSignature.startsWith(bytes, 0, "GIF8")) {
            return "damaged GIF header";
        }
        if (FileSignature.startsWith(bytes, 0, "RIFF")
                && FileSignature.startsWith(bytes, 8, "WEBP")) {
            return "damaged WebP header";
        }
        String format = FileSignature.of(bytes);
        if ("tiff".equals(format)) {
            return "damaged TIFF header";
        }
        if (format != null && !ImageDecoder.reads(format)) {
            return format.toUpperCase(Locale.ROOT)
                    + ", a format that is not read: convert it to JPEG or PNG";
        }
        if (FileSignature.startsWith(bytes, 4, "ftyp")) {
            return "a video or another file of its kind";
        }
        if (FileSignature.startsWith(bytes, 0, "%PDF")) {
            return "PDF";
        }
        if (FileSignature.startsWith(bytes, 0, "PK\u0003\u0004")) {
            return "zip archive";
        }
        int shown = Math.min(bytes.length, SHOWN);
        String start = new String(bytes, 0, shown, StandardCharsets.ISO_8859_1);
        if (start.chars().allMatch(FileContent::isText)) {
            return "text, starts with '" + start.lines().findFirst().orElse("") + "'";
        }
        return "unknown content, starts with bytes "
                + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(bytes.length, 8));
    }

    /**
     * Whether a RIFF file, such as WebP, is shorter than it says it is. WebP's reader takes what is
     * missing for black. One byte may be missing: not every writer pads the last chunk.
     */
    static boolean isCutRiff(byte[] bytes) {
        if (bytes.length < 8 || !FileSignature.startsWith(bytes, 0, "RIFF")) {
            return false;
        }
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
        return bytes.length + 1 < 8 + Integer.toUnsignedLong(length);
    }

    private static boolean isText(int c) {
        return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
    }
}
