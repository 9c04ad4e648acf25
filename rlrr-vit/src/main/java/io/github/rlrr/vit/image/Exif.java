package io.github.rlrr.vit.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        try {
            return inDirectory(tiff);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            return NOT_STATED; // ends too early
        }
    }

    private static boolean startsWithPrefix(byte[] exif, int from) {
        int end = from + PREFIX.length;
        return end <= exif.length && Arrays.equals(exif, from, end, PREFIX, 0, PREFIX.length);
    }

    private static int inDirectory(ByteBuffer tiff) {
        if (!tiff.hasRemaining()) {
            return NOT_STATED;
        }
        if (!isSound(tiff)) {
            return 0;
        }
        int directory = tiff.getInt(4); // a negative one is out of bounds, too
        int entries = Short.toUnsignedInt(tiff.getShort(directory));
        for (int i = 0; i < entries; i++) {
            // Tag (2 bytes), type (2), count (4), the values or the place where they stand (4).
            int entry = directory + 2 + 12 * i;
            if (Short.toUnsignedInt(tiff.getShort(entry)) == TAG) {
                int value = value(tiff, entry);
                if (value != NOT_STATED) {
                    return value;
                }
            }
        }
        return NOT_STATED;
    }

    /** Whether it begins as a TIFF file, which also sets the order of its bytes. */
    private static boolean isSound(ByteBuffer tiff) {
        if (tiff.remaining() < 8) {
            return false;
        }
        int order = tiff.getShort(0);
        tiff.order(order == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN); // II, MM
        int magic = tiff.getShort(2);
        return (order == 0x4949 || order == 0x4d4d)
                && (magic == 42 || magic == 42 << 8); // some writers swap it
    }

    private static int value(ByteBuffer tiff, int entry) {
        int type = Short.toUnsignedInt(tiff.getShort(entry + 2));
        long size = Integer.toUnsignedLong(tiff.getInt(entry + 4)) * bytes(type);
        if (size == 0) {
            return NOT_STATED; // an unknown type, or no value
        }
        int at = size <= 4 ? entry + 8 : tiff.getInt(entry + 8);
        if (at < 0 || at + size > tiff.limit()) {
            return NOT_STATED;
        }
        return switch (type) {
            case 3 -> Short.toUnsignedInt(tiff.getShort(at));
            case 8 -> tiff.getShort(at);
            case 4, 9, 13 -> tiff.getInt(at);
            case 5, 10 -> whole((double) tiff.getInt(at) / tiff.getInt(at + 4));
            case 11 -> whole(tiff.getFloat(at));
            case 12 -> whole(tiff.getDouble(at));
            case 6 -> tiff.get(at);
            case 16 -> whole(tiff.getLong(at));
            default -> 0; // bytes and text are no numbers
        };
    }

    private static int whole(double value) {
        return value == Math.rint(value) && Math.abs(value) < 100 ? (int) value : 0;
    }

    /** Bytes of one value of a TIFF type; 0 for an unknown type. */
    private static int bytes(int type) {
        return switch (type) {
            case 1, 2, 6, 7 -> 1;
            case 3, 8 -> 2;
            case 4, 9, 11, 13 -> 4;
            case 5, 10, 12, 16 -> 8;
            default -> 0;
        };
    }
}
