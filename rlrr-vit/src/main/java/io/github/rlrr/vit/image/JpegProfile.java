package io.github.rlrr.vit.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes the colour profile out of a JPEG file, because ImageIO's reader would otherwise convert
 * from it to sRGB, and has no switch for that.
 */
final class JpegProfile {

    private static final byte[] ICC = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final int MARKER = 0xff;
    private static final int START_OF_IMAGE = 0xd8;
    private static final int START_OF_SCAN = 0xda;
    private static final int APP2 = 0xe2;

    private JpegProfile() {}

    /** The same JPEG without its ICC_PROFILE segments; anything else comes back as it is. */
    static byte[] strip(byte[] file) {
        if (!isMarker(file, 0, START_OF_IMAGE)) {
            return file;
        }
        ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
        int keptUpTo = 0;
        int at = 2;
        // A segment is a marker of two bytes, a big-endian length that counts itself, and a body.
        while (at + 4 <= file.length
                && (file[at] & 0xff) == MARKER
                && !isMarker(file, at, START_OF_SCAN)) {
            int length = (file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff);
            int end = Math.min(file.length, at + 2 + length);
            if (isMarker(file, at, APP2) && startsWithIcc(file, at + 4, end)) {
                kept.write(file, keptUpTo, at - keptUpTo);
                keptUpTo = end;
            }
            at = end;
        }
        if (keptUpTo == 0) {
            return file;
        }
        kept.write(file, keptUpTo, file.length - keptUpTo);
        return kept.toByteArray();
    }

    private static boolean isMarker(byte[] file, int at, int code) {
        return file.length >= at + 2
                && (file[at] & 0xff) == MARKER
                && (file[at + 1] & 0xff) == code;
    }

    private static boolean startsWithIcc(byte[] file, int from, int end) {
        return end - from >= ICC.length
                && Arrays.equals(file, from, from + ICC.length, ICC, 0, ICC.length);
    }
}
