package io.github.rlrr.vit.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Finds the EXIF and XMP of a PNG file where Pillow finds them: in the chunk {@code eXIf}, or as
 * lines of hexadecimal digits in a text called {@code Raw profile type exif}, as ImageMagick writes
 * it; and in a text called {@code XML:com.adobe.xmp}. Of several the last counts. They may stand
 * behind the pixels.
 */
final class PngMetadata {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n'};
    private static final String RAW_PROFILE = "Raw profile type exif";
    private static final String XMP = "XML:com.adobe.xmp";

    /** The most bytes that a packed text may unpack to, Pillow's limit. */
    private static final int MOST_TEXT = 1 << 20;

    private byte[] exif = {};
    private byte[] rawProfile = {};
    private byte[] xmp = {};

    private PngMetadata() {}

    /** What a file holds; {@link Metadata#NONE} for one that is no PNG. */
    static Metadata of(byte[] file) {
        int length = SIGNATURE.length;
        if (file.length < length || !Arrays.equals(file, 0, length, SIGNATURE, 0, length)) {
            return Metadata.NONE;
        }
        PngMetadata found = new PngMetadata();
        ByteBuffer chunks = ByteBuffer.wrap(file, length, file.length - length).slice();
        // A chunk is the length of its body (4 bytes), a name (4), the body, a checksum (4).
        while (chunks.remaining() >= 12) {
            int size = chunks.getInt();
            String name = latin1(read(chunks, 4));
            if (size < 0 || size > chunks.remaining() || name.equals("IEND")) {
                break;
            }
            ByteBuffer body = chunks.slice().limit(size);
            found.chunk(name, body);
            chunks.position(Math.min(chunks.limit(), chunks.position() + size + 4));
        }
        byte[] exif = found.exif.length > 0 ? found.exif : found.rawProfile;
        return new Metadata(exif, found.xmp);
    }

    private void chunk(String name, ByteBuffer body) {
        switch (name) {
            case "eXIf" -> exif = read(body, body.remaining());
            case "tEXt" -> {
                String key = untilZero(body);
                if (key.equals("exif")) { // as it is, a habit of Pillow's
                    exif = read(body, body.remaining());
                }
                text(key, body, false);
            }
            case "zTXt" -> {
                String key = untilZero(body);
                if (body.hasRemaining() && body.get() == 0) { // the one method of compression
                    text(key, body, true);
                }
            }
            case "iTXt" -> international(body);
            default -> {}
        }
    }

    private void international(ByteBuffer body) {
        String key = untilZero(body);
        if (body.remaining() < 2) {
            return;
        }
        boolean packed = body.get() != 0;
        if (body.get() == 0 || !packed) {
            untilZero(body); // the language
            untilZero(body); // the key, translated
            text(key, body, packed);
        }
    }

    private void text(String key, ByteBuffer body, boolean packed) {
        if (!key.equals(RAW_PROFILE) && !key.equals(XMP)) {
            return;
        }
        byte[] text = read(body, body.remaining());
        text = packed ? unpack(text) : text;
        if (key.equals(XMP)) {
            xmp = text;
        } else {
            rawProfile = fromHex(latin1(text));
        }
    }

    /** An empty line, the profile's name and its length, then digits. */
    private static byte[] fromHex(String text) {
        String[] lines = text.split("\n", 4);
        try {
            return lines.length < 4
                    ? new byte[0]
                    : HexFormat.of().parseHex(lines[3].replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            return new byte[0]; // other characters are no profile
        }
    }

    private static byte[] unpack(byte[] packed) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed);
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] part = new byte[8192];
            for (int n = inflater.inflate(part); n > 0; n = inflater.inflate(part)) {
                text.write(part, 0, n);
                if (text.size() > MOST_TEXT) {
                    return new byte[0];
                }
            }
            return text.toByteArray();
        } catch (DataFormatException e) {
            return new byte[0]; // a damaged text hides no pixels
        } finally {
            inflater.end();
        }
    }

    /** The bytes up to the next 0, which is passed over, or to the end. */
    private static String untilZero(ByteBuffer body) {
        int length = 0;
        while (length < body.remaining() && body.get(body.position() + length) != 0) {
            length++;
        }
        String text = latin1(read(body, length));
        if (body.hasRemaining()) {
            body.get();
        }
        return text;
    }

    private static byte[] read(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
