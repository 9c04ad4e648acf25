package io.github.rlrr.vit.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Turns what ImageIO decoded into 8-bit RGB as Pillow's {@code convert("RGB")} does.
 *
 * <p>Samples are taken raw from the raster, because {@link BufferedImage#getRGB} treats grey as
 * linear light and brightens it, and converts between colour profiles, neither of which Pillow
 * does.
 */
final class RgbConversion {

    private RgbConversion() {}

    static RgbImage toRgb(BufferedImage image, SixteenBit sixteenBit) {
        byte[] pixels = new byte[Math.multiplyExact(3, image.getWidth() * image.getHeight())];
        ColorModel model = image.getColorModel();
        if (model instanceof IndexColorModel palette) {
            fromPalette(image.getRaster(), palette, pixels);
        } else if (model instanceof ComponentColorModel && hasWholeSamples(model)) {
            if (image.getRaster().getNumBands() == 3
                    && model.getTransferType() == DataBuffer.TYPE_BYTE) {
                fromBytes(image.getRaster(), pixels);
            } else {
                fromSamples(image.getRaster(), model, sixteenBit, pixels);
            }
        } else if (model.getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
            fromCmyk(image.getRaster(), pixels);
        } else {
            fromPacked(image, pixels); // 15-, 16- and 32-bit BMP
        }
        return new RgbImage(image.getWidth(), image.getHeight(), pixels);
    }

    private static boolean hasWholeSamples(ColorModel model) {
        int colours = model.getNumColorComponents();
        int type = model.getTransferType();
        return (colours == 1 || colours == 3)
                && (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT);
    }

    /**
     * 8-bit RGB, in whatever order it is stored: a row at a time, the usual case and the fastest.
     */
    private static void fromBytes(Raster raster, byte[] pixels) {
        byte[] row = new byte[3 * raster.getWidth()];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getDataElements(0, y, raster.getWidth(), 1, row);
            System.arraycopy(row, 0, pixels, row.length * y, row.length);
        }
    }

    /** Grey or RGB in samples of 8 or 16 bits, in that order in a pixel, alpha (ignored) last. */
    private static void fromSamples(
            Raster raster, ColorModel model, SixteenBit sixteenBit, byte[] pixels) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        boolean grey = model.getNumColorComponents() == 1;
        int[] row = new int[width * bands];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            if (model.getTransferType() == DataBuffer.TYPE_USHORT) {
                sixteenBit.narrow(row, grey && bands == 1);
            }
            if (model.isAlphaPremultiplied() && bands == 4) {
                divideByAlpha(row);
            }
            for (int from = 0; from < row.length; from += bands) {
                pixels[to++] = (byte) row[from];
                pixels[to++] = (byte) row[grey ? from : from + 1];
                pixels[to++] = (byte) row[grey ? from : from + 2];
            }
        }
    }

    /** Colours that were stored multiplied with alpha, in 8 bits; without alpha black. */
    private static void divideByAlpha(int[] row) {
        for (int i = 0; i < row.length; i++) {
            int alpha = row[i | 3];
            if ((i & 3) < 3) {
                row[i] = alpha == 0 ? 0 : Math.min(255, 255 * row[i] / alpha);
            }
        }
    }

    /** An ink lets through what black leaves of the light: r = (1 − c)·(1 − k), in 8 bits. */
    static byte through(int ink, int light) {
        int product = ink * light;
        return (byte) (light - (2 * product + 255) / 510); // rounds
    }

    private static void fromCmyk(Raster raster, byte[] pixels) {
        int[] row = new int[4 * raster.getWidth()];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, raster.getWidth(), 1, row);
            for (int from = 0; from < row.length; from += 4) {
                int light = 255 - row[from + 3];
                for (int ink = 0; ink < 3; ink++) {
                    pixels[to++] = through(row[from + ink], light);
                }
            }
        }
    }

    private static void fromPalette(Raster raster, IndexColorModel palette, byte[] pixels) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[] row = new int[raster.getWidth()];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, row.length, 1, row);
            for (int index : row) {
                // An index past the palette's end is black, as in Pillow.
                to = put(index < colours.length ? colours[index] : 0, pixels, to);
            }
        }
    }

    private static void fromPacked(BufferedImage image, byte[] pixels) {
        int[] row = new int[image.getWidth()];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int rgb : row) {
                to = put(rgb, pixels, to);
            }
        }
    }

    private static int put(int rgb, byte[] pixels, int to) {
        pixels[to] = (byte) (rgb >> 16);
        pixels[to + 1] = (byte) (rgb >> 8);
        pixels[to + 2] = (byte) rgb;
        return to + 3;
    }
}
