package io.github.rlrr.vit.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first directory of a TIFF structure: a file, or the EXIF of another. Values are checked to
 * lie in it.
 */
final class TiffDirectory {

    /**
     * What an entry holds, one number or more.
     *
     * @param type TIFF's number for the type
     * @param count how many
     * @param at where the first stands
     */
    record Values(int type, int count, int at) {}

    private static final int LITTLE = 0x4949; // II
    private static final int BIG = 0x4d4d; // MM

    private final ByteBuffer tiff;

    /**
     * @param tiff the structure from its first byte on, which {@link #isSound}
     */
    TiffDirectory(ByteBuffer tiff) {
        this.tiff = tiff;
    }

    /** Whether it begins as a TIFF file, which also sets the order of its bytes. */
    static boolean isSound(ByteBuffer tiff) {
        if (tiff.remaining() < 8) {
            return false;
        }
        int order = tiff.getShort(0);
        tiff.order(order == LITTLE ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int magic = tiff.getShort(2);
        return (order == LITTLE || order == BIG)
                && (magic == 42 || magic == 42 << 8); // some writers swap it
    }

    /** Whether all its entries lie in the structure. */
    boolean isWhole() {
        long start = tiff.getInt(4);
        return start >= 0
                && start + 2 <= tiff.limit()
                && start + 2 + 12L * Short.toUnsignedInt(tiff.getShort((int) start))
                        <= tiff.limit();
    }

    /** The entries of a tag that hold anything and lie in the structure, in their order. */
    List<Values> entries(int tag) {
        List<Values> entries = new ArrayList<>();
        int directory = tiff.getInt(4);
        if (directory < 0 || directory > tiff.limit() - 2) {
            return entries;
        }
        long end = directory + 2 + 12L * Short.toUnsignedInt(tiff.getShort(directory));
        // Tag (2 bytes), type (2), count (4), the values or the place where they stand (4).
        for (int entry = directory + 2; entry + 12 <= Math.min(end, tiff.limit()); entry += 12) {
            if (Short.toUnsignedInt(tiff.getShort(entry)) != tag) {
                continue;
            }
            int type = Short.toUnsignedInt(tiff.getShort(entry + 2));
            long count = Integer.toUnsignedLong(tiff.getInt(entry + 4));
            long size = count * bytes(type);
            int at = size <= 4 ? entry + 8 : tiff.getInt(entry + 8);
            if (size > 0 && at >= 0 && at + size <= tiff.limit()) {
                entries.add(new Values(type, (int) count, at));
            }
        }
        return entries;
    }

    /** The first entry of a tag that holds whole numbers without a sign; null where none does. */
    @Nullable Values numbers(int tag) {
        for (Values values : entries(tag)) {
            if (values.type() == 1 || values.type() == 3 || values.type() == 4) {
                return values;
            }
        }
        return null;
    }

    /** One of the numbers of {@link #numbers}. */
    long number(Values values, int index) {
        int at = values.at() + index * bytes(values.type());
        return switch (values.type()) {
            case 1 -> Byte.toUnsignedInt(tiff.get(at));
            case 3 -> Short.toUnsignedInt(tiff.getShort(at));
            default -> Integer.toUnsignedLong(tiff.getInt(at));
        };
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
