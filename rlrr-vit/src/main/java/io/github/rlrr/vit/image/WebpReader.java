package io.github.rlrr.vit.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes WebP with libwebp, through the ImageIO plug-in {@code com.github.usefulness:webp-imageio}
 * where that is on the class path. Other plug-ins for WebP are passed over, because their pixels
 * are not libwebp's.
 */
final class WebpReader {

    /** How the plug-in names its maker. */
    private static final String VENDOR = "Luciad";

    private WebpReader() {}

    static boolean isThere() {
        ImageReader reader = find();
        if (reader != null) {
            reader.dispose();
        }
        return reader != null;
    }

    static @Nullable ImageReader find() {
        ImageReader found = null;
        for (Iterator<ImageReader> it = ImageIO.getImageReadersByFormatName("webp");
                it.hasNext() && found == null; ) {
            ImageReader reader = it.next();
            if (VENDOR.equals(reader.getOriginatingProvider().getVendorName())) {
                found = reader;
            } else {
                reader.dispose();
            }
        }
        return found;
    }

    /**
     * Decodes the bit stream of a file and puts it where it belongs.
     *
     * @param file the parts of the file, of a size that is allowed
     * @param name what to call the file in messages
     * @throws ImageDecodeException if libwebp is not there, or cannot be loaded
     * @throws IOException if the bit stream is damaged
     */
    static RgbImage read(WebpFile file, String name) throws IOException {
        ImageReader reader = find();
        if (reader == null) {
            throw new ImageDecodeException(
                    name, "WebP", "com.github.usefulness:webp-imageio on the class path", null);
        }
        try {
            String fault = WebpLibrary.fault(reader);
            if (fault != null) {
                throw new ImageDecodeException(
                        name,
                        "WebP, but " + fault,
                        "another folder for it, -Djava.io.tmpdir=FOLDER",
                        null);
            }
            BufferedImage image = decode(reader, file.stream());
            if (image.getWidth() != file.streamWidth()
                    || image.getHeight() != file.streamHeight()) {
                throw new IOException("its picture has another size than its header says");
            }
            return place(image, file);
        } finally {
            reader.dispose();
        }
    }

    static BufferedImage decode(ImageReader reader, byte[] stream) throws IOException {
        reader.setInput(
                new MemoryCacheImageInputStream(new ByteArrayInputStream(stream)), true, true);
        return reader.read(0);
    }

    private static RgbImage place(BufferedImage image, WebpFile file) {
        byte[] pixels = new byte[Math.multiplyExact(3, file.width() * file.height())];
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            // Alpha, red, green and blue in one number, as the plug-in's colour model has it.
            image.getRaster().getDataElements(0, y, row.length, 1, row);
            int to = 3 * ((file.top() + y) * file.width() + file.left());
            for (int argb : row) {
                pixels[to++] = (byte) (argb >> 16);
                pixels[to++] = (byte) (argb >> 8);
                pixels[to++] = (byte) argb;
            }
        }
        return new RgbImage(file.width(), file.height(), pixels);
    }
}
