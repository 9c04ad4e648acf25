package io.github.rlrr.examples.spring;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Encoded images that tests send, good and bad. */
final class Images {

    private Images() {}

    /** Noise by a seed. */
    static byte[] noise(String format, int width, int height, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        return encoded(image, format);
    }

    /** One colour: few bytes for many pixels. */
    static byte[] black(String format, int width, int height) {
        return encoded(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY), format);
    }

    /** 44 bytes of GIF that claim 65,535 × 65,535 pixels. */
    static byte[] gifBomb() {
        ByteBuffer gif = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
        gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
        gif.putShort((short) 0xffff).putShort((short) 0xffff);
        gif.put((byte) 0x80).put((byte) 0).put((byte) 0); // a global palette of two colours
        gif.put(new byte[] {0, 0, 0, -1, -1, -1});
        gif.put((byte) ',').putInt(0).putShort((short) 0xffff).putShort((short) 0xffff);
        gif.put((byte) 0).put((byte) 2).put((byte) 2).put((byte) 0x4c).put((byte) 1);
        gif.put((byte) 0).put((byte) ';');
        return gif.array();
    }

    private static byte[] encoded(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException("no writer for " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
