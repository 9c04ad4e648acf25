package io.github.rlrr.vit.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns a photograph upright as the EXIF tag 0x0112 of its JPEG file says, as Pillow's {@code
 * ImageOps.exif_transpose} does.
 *
 * <p>Orientations are 1 to 8: 1 as stored, 2 mirrored, 3 turned by 180°, 4 upside down, 5
 * transposed, 6 to be turned by 90° clockwise, 7 transposed along the other diagonal, 8 to be
 * turned by 90° counter-clockwise. A tag that is missing, malformed or of another value is 1.
 */
final class Orientation {

    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int TAG = 0x0112;
    private static final int SHORT = 3;
    private static final int ENTRY = 12;

    private Orientation() {}

    /** The orientation a JPEG file states; 1 for anything else. */
    static int of(byte[] file) {
        int at = 2;
        if (file.length < 4 || (file[0] & 0xff) != 0xff || (file[1] & 0xff) != 0xd8) {
            return 1;
        }
        // Segments as in JpegProfile, up to the first scan.
        while (at + 4 <= file.length
                && (file[at] & 0xff) == 0xff
                && (file[at + 1] & 0xff) != 0xda) {
            int end = at + 2 + ((file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff));
            int tiff = at + 4 + EXIF.length;
            if (end <= file.length
                    && (file[at + 1] & 0xff) == 0xe1
                    && tiff <= end
                    && Arrays.equals(file, at + 4, tiff, EXIF, 0, EXIF.length)) {
                return inTiff(ByteBuffer.wrap(file, tiff, end - tiff).slice());
            }
            at = end;
        }
        return 1;
    }

    /** Looks in the first directory of a TIFF structure. */
    private static int inTiff(ByteBuffer tiff) {
        if (tiff.remaining() < 8) {
            return 1;
        }
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = Integer.toUnsignedLong(tiff.getInt(4));
        if (directory + 2 > tiff.limit()) {
            return 1;
        }
        int first = (int) directory + 2;
        int entries = Short.toUnsignedInt(tiff.getShort(first - 2));
        for (int i = 0; i < entries && first + (i + 1) * ENTRY <= tiff.limit(); i++) {
            int entry = first + i * ENTRY;
            if (Short.toUnsignedInt(tiff.getShort(entry)) == TAG
                    && tiff.getShort(entry + 2) == SHORT) {
                int value = tiff.getShort(entry + 8);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }

    /** The image as it is meant to be seen; the same one where nothing is to be turned. */
    static RgbImage upright(RgbImage image, int orientation) {
        if (orientation == 1) {
            return image;
        }
        boolean swapped = orientation >= 5;
        int width = swapped ? image.height() : image.width();
        int height = swapped ? image.width() : image.height();
        // Where an output position lies in the source, once its axes are swapped back.
        boolean fromRight =
                orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean fromBottom =
                orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        byte[] source = image.pixels();
        byte[] target = new byte[source.length];
        int to = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++, to += 3) {
                int column = swapped ? y : x;
                int row = swapped ? x : y;
                column = fromRight ? image.width() - 1 - column : column;
                row = fromBottom ? image.height() - 1 - row : row;
                System.arraycopy(source, 3 * (row * image.width() + column), target, to, 3);
            }
        }
        return new RgbImage(width, height, target);
    }
}
