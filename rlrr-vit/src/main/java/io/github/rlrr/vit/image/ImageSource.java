package io.github.rlrr.vit.image;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;

/** Where an image comes from: a file, bytes, a stream, or pixels that are there already. */
@FunctionalInterface
public interface ImageSource {

    /**
     * Reads the image.
     *
     * @param decoder with the limits that hold
     * @return the image
     * @throws ImageDecodeException if it is not an image that can be read, or over a limit
     */
    RgbImage read(ImageDecoder decoder) throws ImageDecodeException;

    /**
     * A file.
     *
     * @param path the file
     * @return the source
     */
    static ImageSource of(Path path) {
        return decoder -> decoder.decode(path);
    }

    /**
     * An encoded image in memory.
     *
     * @param bytes the content of a file, read when the image is
     * @param name what to call it in messages
     * @return the source
     */
    static ImageSource of(byte[] bytes, String name) {
        return decoder -> decoder.decode(bytes, name);
    }

    /**
     * An encoded image from a stream, read to its end and left open.
     *
     * @param in the content of a file
     * @param name what to call it in messages
     * @return the source; it can be read once
     */
    static ImageSource of(InputStream in, String name) {
        return decoder -> decoder.decode(in, name);
    }

    /**
     * Pixels that something else decoded.
     *
     * @param image the pixels, copied when the image is read
     * @param name what to call it in messages
     * @return the source
     */
    static ImageSource of(BufferedImage image, String name) {
        return decoder -> decoder.convert(image, name);
    }
}
