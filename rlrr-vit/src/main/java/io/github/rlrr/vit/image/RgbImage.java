package io.github.rlrr.vit.image;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * An 8-bit RGB image: height × width × 3 values of 0 to 255, rows from top to bottom, red first.
 *
 * <p>The value of channel c at (x, y) is {@code pixels()[3 * (y * width() + x) + c] & 0xff}.
 *
 * <p>The array is not copied: the constructor takes it over, and {@link #pixels()} lends it out.
 * Whoever holds it treats it as read-only; then an image may be shared between threads.
 */
public final class RgbImage {

    private final int width;
    private final int height;
    private final byte[] pixels;

    /**
     * Wraps an array of pixels, which must not be written to afterwards.
     *
     * @param width pixels in a row, at least 1
     * @param height rows, at least 1
     * @param pixels height × width × 3 unsigned bytes
     * @throws IllegalArgumentException if the size is below 1 × 1 or the array is of another length
     */
    public RgbImage(int width, int height, byte[] pixels) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "image size: " + width + "x" + height + " (width x height), expected 1x1 up");
        }
        Objects.requireNonNull(pixels, "pixels");
        if (pixels.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "pixels: %s bytes, expected %s = 3 x %s x %s",
                            pixels.length,
                            3L * width * height,
                            width,
                            height));
        }
        this.width = width;
        this.height = height;
        this.pixels = pixels;
    }

    /**
     * The pixels in a row.
     *
     * @return the width, at least 1
     */
    public int width() {
        return width;
    }

    /**
     * The rows.
     *
     * @return the height, at least 1
     */
    public int height() {
        return height;
    }

    /**
     * The values, shared with this image: read-only by agreement.
     *
     * @return height × width × 3 unsigned bytes
     */
    public byte[] pixels() {
        return pixels;
    }

    /**
     * Cuts out a part.
     *
     * @param left the first column of the part
     * @param top its first row
     * @param partWidth its columns, at least 1
     * @param partHeight its rows, at least 1
     * @return a copy of the part, or this image where it is the whole of it
     * @throws IndexOutOfBoundsException if the part reaches out of the image
     */
    RgbImage part(int left, int top, int partWidth, int partHeight) {
        Objects.checkFromIndexSize(left, partWidth, width);
        Objects.checkFromIndexSize(top, partHeight, height);
        if (partWidth == width && partHeight == height) {
            return this;
        }
        int row = 3 * partWidth;
        byte[] part = new byte[row * partHeight];
        for (int y = 0; y < partHeight; y++) {
            System.arraycopy(pixels, 3 * ((top + y) * width + left), part, row * y, row);
        }
        return new RgbImage(partWidth, partHeight, part);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RgbImage that
                && width == that.width
                && height == that.height
                && Arrays.equals(pixels, that.pixels);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(pixels);
    }

    @Override
    public String toString() {
        return "RgbImage[" + width + "x" + height + "]";
    }
}
