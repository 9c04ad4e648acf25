package io.github.rlrr.vit.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the orientation, tag 0x0112, of the first directory of an EXIF structure, as Pillow does:
 * the first entry of the tag counts, in any type of number, and of several numbers the first.
 */
final class Exif {

    /** The answer where no entry says anything. */
    static final int NOT_STATED = -1;

    private static final byte[] PREFIX = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int TAG = 0x0112;

    private Exif() {}

    /**
     * The value of the tag, which need be no orientation.
     *
     * @param exif a TIFF structure, with or without the prefix {@code Exif\0\0}
     * @return the value; 0 for one that is no whole number, and for what is no TIFF structure;
     *     {@link #NOT_STATED} where there is no such entry
     */
    static int orientation(byte[] exif) {
        int from = 0;
        while (from <= PREFIX.length && startsWithPrefix(exif, from)) {
            from += PREFIX.length;
        }
        ByteBuffer tiff = ByteBuffer.wrap(exif, from, exif.length - from).slice();
        if (!tiff.hasRemaining()) {
            return NOT_STATED;
        }
        if (!TiffDirectory.isSound(tiff)) {
            return 0;
        }
        for (TiffDirectory.Values values : new TiffDirectory(tiff).entries(TAG)) {
            int value = value(tiff, values);
            if (value != NOT_STATED) {
                return value;
            }
        }
        return NOT_STATED;
    }

    private static boolean startsWithPrefix(byte[] exif, int from) {
        int end = from + PREFIX.length;
        return end <= exif.length && Arrays.equals(exif, from, end, PREFIX, 0, PREFIX.length);
    }

    private static int value(ByteBuffer tiff, TiffDirectory.Values values) {
        int at = values.at();
        return switch (values.type()) {
            case 3 -> Short.toUnsignedInt(tiff.getShort(at));
            case 8 -> tiff.getShort(at);
            case 4, 9, 13 -> tiff.getInt(at);
            case 5, 10 -> whole((double) tiff.getInt(at) / tiff.getInt(at + 4));
            case 11 -> whole(tiff.getFloat(at));
            case 12 -> whole(tiff.getDouble(at));
            case 6 -> tiff.get(at);
            case 16 -> whole((double) tiff.getLong(at));
            default -> 0; // bytes and text are no numbers
        };
    }

    private static int whole(double value) {
        return value == Math.rint(value) && Math.abs(value) < 100 ? (int) value : 0;
    }
}
