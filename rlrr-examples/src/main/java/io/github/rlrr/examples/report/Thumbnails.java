package io.github.rlrr.examples.report;

import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small pictures as {@code data:} addresses, so that a page needs no other file. */
final class Thumbnails {

    /** The longest side, pixels. */
    private static final int SIDE = 144;

    /** Up to this side a picture is kept pixel by pixel. */
    private static final int TINY = 64;

    private static final float QUALITY = 0.85f;

    private Thumbnails() {}

    /** PNG of a tiny image, JPEG of a larger one, scaled down where it has to be. */
    static String address(RgbImage image) throws IOException {
        int side = Math.max(image.width(), image.height());
        if (side <= TINY) {
            return address("png", encode(image, "png"));
        }
        if (side > SIDE) {
            int height = Math.max(1, image.height() * SIDE / side);
            int width = Math.max(1, image.width() * SIDE / side);
            image = Preprocessing.vitDefault(SIDE).withSize(height, width).resize(image);
        }
        return address("jpeg", encode(image, "jpeg"));
    }

    private static String address(String format, byte[] bytes) {
        return "data:image/" + format + ";base64," + Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] encode(RgbImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (format.equals("jpeg")) {
                param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                param.setCompressionQuality(QUALITY);
            }
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture(image), null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage picture(RgbImage image) {
        BufferedImage picture =
                new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] pixels = image.pixels();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int rgb =
                    (pixels[3 * i] & 0xff) << 16
                            | (pixels[3 * i + 1] & 0xff) << 8
                            | (pixels[3 * i + 2] & 0xff);
            picture.setRGB(i % image.width(), i / image.width(), rgb);
        }
        return picture;
    }
}
