package io.github.rlrr.vit.image;

/**
 * Turns a photograph upright as its file says, as Pillow's {@code ImageOps.exif_transpose} does.
 *
 * <p>Orientations are 1 to 8: 1 as stored, 2 mirrored, 3 turned by 180°, 4 upside down, 5
 * transposed, 6 to be turned by 90° clockwise, 7 transposed along the other diagonal, 8 to be
 * turned by 90° counter-clockwise.
 */
final class Orientation {

    private Orientation() {}

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
