package io.github.rlrr.vit.image;

import java.awt.image.Raster;
import java.io.IOException;

/**
 * Turns a JPEG's components into RGB as libjpeg and Pillow do.
 *
 * <p>ImageIO's reader guesses the colours of files without a JFIF marker in a way of its own, so
 * the components are taken raw, and what they mean is told by libjpeg's rule ({@code
 * default_decompress_parms} in {@code jdapimin.c}): of three components YCbCr, unless an Adobe
 * marker without JFIF says 0 (RGB), or there is neither marker and they are called R, G, B; of four
 * CMYK, unless an Adobe marker says anything but 0 (YCCK). Inks are stored inverted, as Adobe does
 * it; Pillow takes that for granted. YCCK's first three components are then RGB, which as inks are
 * inverted twice.
 */
final class JpegPixels {

    private static final int HALF = 1 << 15;

    private JpegPixels() {}

    static RgbImage toRgb(Raster raster, JpegMarkers markers) throws IOException {
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] samples = (byte[]) raster.getDataElements(0, 0, width, height, null);
        JpegUpsampling.smooth(samples, width, height, markers.sampling());
        return new RgbImage(
                width,
                height,
                switch (raster.getNumBands()) {
                    case 1 -> fromGrey(samples);
                    case 3 -> isRgb(markers) ? samples : fromYcc(samples, 3);
                    case 4 -> fromInks(isYcck(markers) ? fromYcc(samples, 4) : invert(samples));
                    default ->
                            throw new IOException(
                                    raster.getNumBands() + " components, expected 1, 3 or 4");
                });
    }

    private static boolean isRgb(JpegMarkers markers) {
        if (markers.jfif()) {
            return false;
        }
        if (markers.adobe() != JpegMarkers.NO_ADOBE) {
            return markers.adobe() == 0;
        }
        int[] ids = markers.ids();
        return ids.length == 3 && ids[0] == 'R' && ids[1] == 'G' && ids[2] == 'B';
    }

    private static boolean isYcck(JpegMarkers markers) {
        return markers.adobe() != JpegMarkers.NO_ADOBE && markers.adobe() != 0;
    }

    private static byte[] fromGrey(byte[] samples) {
        byte[] pixels = new byte[3 * samples.length];
        for (int i = 0; i < samples.length; i++) {
            pixels[3 * i] = samples[i];
            pixels[3 * i + 1] = samples[i];
            pixels[3 * i + 2] = samples[i];
        }
        return pixels;
    }

    /**
     * In place, in 16 bits after the point as libjpeg computes it: r = y + 1.402·cr, g = y −
     * 0.34414·cb − 0.71414·cr, b = y + 1.772·cb, with cb and cr around 128. A fourth component
     * stays.
     */
    private static byte[] fromYcc(byte[] samples, int components) {
        for (int i = 0; i < samples.length; i += components) {
            int y = samples[i] & 0xff;
            int cb = (samples[i + 1] & 0xff) - 128;
            int cr = (samples[i + 2] & 0xff) - 128;
            samples[i] = clip(y + ((91881 * cr + HALF) >> 16));
            samples[i + 1] = clip(y + ((-22554 * cb - 46802 * cr + HALF) >> 16));
            samples[i + 2] = clip(y + ((116130 * cb + HALF) >> 16));
        }
        return samples;
    }

    private static byte clip(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }

    /** CMYK in place, as Adobe stores it: 255 is no ink. */
    private static byte[] invert(byte[] samples) {
        for (int i = 0; i < samples.length; i++) {
            samples[i] = i % 4 == 3 ? samples[i] : (byte) ~samples[i];
        }
        return samples;
    }

    /** From three inks, 255 is full, and what black lets through, 255 is all. */
    private static byte[] fromInks(byte[] samples) {
        byte[] pixels = new byte[samples.length / 4 * 3];
        int to = 0;
        for (int from = 0; from < samples.length; from += 4) {
            int light = samples[from + 3] & 0xff;
            for (int ink = 0; ink < 3; ink++) {
                pixels[to++] = RgbConversion.through(samples[from + ink] & 0xff, light);
            }
        }
        return pixels;
    }
}
