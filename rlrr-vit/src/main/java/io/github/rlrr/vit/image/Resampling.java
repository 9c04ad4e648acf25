package io.github.rlrr.vit.image;

import java.util.Arrays;

/**
 * Resizes images to the values Pillow's {@code Image.resize} gives, the preprocessing that
 * published Vision Transformers were trained and measured with.
 *
 * <p>Two passes, first along rows, then along columns, each a weighted sum ({@link AxisWeights}) in
 * integers, rounded to 8 bits and clipped to 0 to 255 after each pass. Shrinking is antialiased.
 * Java2D's own scaling is not: it looks at the few nearest source pixels only.
 */
public final class Resampling {

    private static final int HALF = 1 << (AxisWeights.FRACTION_BITS - 1);

    private Resampling() {}

    /**
     * Resizes an image to a given size; the aspect ratio is not kept.
     *
     * @param image the source
     * @param width of the result in pixels, at least 1
     * @param height of the result in pixels, at least 1
     * @param interpolation the filter
     * @return a new image, or the source itself if it has the size already
     * @throws IllegalArgumentException if the size is below 1 × 1
     */
    public static RgbImage resize(
            RgbImage image, int width, int height, Interpolation interpolation) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "target size: " + width + "x" + height + " (width x height), expected 1x1 up");
        }
        return resize(image, width, height, 0, 0, width, height, interpolation);
    }

    /**
     * A rectangle of the resized image, of {@code width} × {@code height} from ({@code left},
     * {@code top}) on; what lies outside is not computed.
     */
    static RgbImage resize(
            RgbImage image,
            int toWidth,
            int toHeight,
            int left,
            int top,
            int width,
            int height,
            Interpolation filter) {
        boolean rows = image.width() != toWidth || width != toWidth;
        boolean columns = image.height() != toHeight || height != toHeight;
        if (!columns) {
            return rows
                    ? resizeRows(
                            image,
                            new AxisWeights(image.width(), toWidth, left, width, filter),
                            0,
                            image.height())
                    : image;
        }
        AxisWeights down = new AxisWeights(image.height(), toHeight, top, height, filter);
        if (!rows) {
            return resizeColumns(image, down, 0);
        }
        int firstRow = down.first[0];
        int rowCount = down.first[height - 1] + down.count[height - 1] - firstRow;
        AxisWeights across = new AxisWeights(image.width(), toWidth, left, width, filter);
        return resizeColumns(resizeRows(image, across, firstRow, rowCount), down, firstRow);
    }

    /** H × W → rows × width, of the source's rows from {@code firstRow} on. */
    private static RgbImage resizeRows(RgbImage image, AxisWeights axis, int firstRow, int rows) {
        int width = axis.first.length;
        byte[] source = image.pixels();
        byte[] target = new byte[Math.multiplyExact(3 * width, rows)];
        int to = 0;
        for (int y = firstRow; y < firstRow + rows; y++) {
            int row = 3 * image.width() * y;
            for (int x = 0; x < width; x++) {
                int red = HALF;
                int green = HALF;
                int blue = HALF;
                int from = row + 3 * axis.first[x];
                int weightsEnd = x * axis.taps + axis.count[x];
                for (int k = x * axis.taps; k < weightsEnd; k++) {
                    int weight = axis.weights[k];
                    red += weight * (source[from] & 0xff);
                    green += weight * (source[from + 1] & 0xff);
                    blue += weight * (source[from + 2] & 0xff);
                    from += 3;
                }
                target[to] = clip(red);
                target[to + 1] = clip(green);
                target[to + 2] = clip(blue);
                to += 3;
            }
        }
        return new RgbImage(width, rows, target);
    }

    /** H × W → height × W, a whole row at a time; the image begins at row {@code firstRow}. */
    private static RgbImage resizeColumns(RgbImage image, AxisWeights axis, int firstRow) {
        int height = axis.first.length;
        int stride = 3 * image.width();
        byte[] source = image.pixels();
        byte[] target = new byte[Math.multiplyExact(stride, height)];
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, HALF);
            for (int k = 0; k < axis.count[y]; k++) {
                int weight = axis.weights[y * axis.taps + k];
                int from = stride * (axis.first[y] + k - firstRow);
                for (int i = 0; i < stride; i++) {
                    sums[i] += weight * (source[from + i] & 0xff);
                }
            }
            int to = stride * y;
            for (int i = 0; i < stride; i++) {
                target[to + i] = clip(sums[i]);
            }
        }
        return new RgbImage(image.width(), height, target);
    }

    private static byte clip(int sum) {
        int value = sum >> AxisWeights.FRACTION_BITS;
        return (byte) Math.max(0, Math.min(255, value));
    }
}
