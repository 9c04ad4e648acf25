package io.github.rlrr.vit.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The parts of a WebP file, found before a decoder sees any of it: how large the picture is, the
 * one bit stream that holds its colours (of an animation the first frame's), and the EXIF and XMP.
 * Alpha and colour profile are passed over.
 *
 * <p>A RIFF file is the word RIFF, the length of the rest in 4 bytes, the word WEBP, and chunks: a
 * name of 4 bytes, a length of 4, the body, and a byte more where the length is odd. All numbers
 * are little-endian.
 */
final class WebpFile {

    private static final int XMP_FLAG = 4;
    private static final int EXIF_FLAG = 8;
    private static final int ANIMATION_FLAG = 2;

    private final ByteBuffer file;
    private int flags;
    private int width;
    private int height;
    private int left;
    private int top;
    private int streamWidth;
    private int streamHeight;
    private byte[] stream = {};
    private byte[] exif = {};
    private byte[] xmp = {};

    private WebpFile(byte[] bytes) {
        this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static boolean isWebp(byte[] bytes) {
        return bytes.length >= 16 && name(bytes, 0).equals("RIFF") && name(bytes, 8).equals("WEBP");
    }

    /**
     * Reads the structure.
     *
     * @param bytes a file that {@link #isWebp}
     * @return its parts
     * @throws EOFException if the file is shorter than it says it is
     * @throws IOException if the structure is not sound
     */
    static WebpFile parse(byte[] bytes) throws IOException {
        if (FileContent.isCutRiff(bytes)) {
            throw new EOFException("shorter than its header says");
        }
        WebpFile webp = new WebpFile(bytes);
        long end = 8 + Integer.toUnsignedLong(webp.file.getInt(4));
        webp.chunks(12, (int) Math.min(bytes.length, end), false);
        if (webp.stream.length == 0) {
            throw new EOFException("no picture in it");
        }
        webp.check();
        return webp;
    }

    /** Pixels a row of the whole picture. */
    int width() {
        return width;
    }

    /** Rows of the whole picture. */
    int height() {
        return height;
    }

    /** Where the bit stream's picture lies in the whole one, which is black elsewhere. */
    int left() {
        return left;
    }

    int top() {
        return top;
    }

    int streamWidth() {
        return streamWidth;
    }

    int streamHeight() {
        return streamHeight;
    }

    /** A WebP file of the one bit stream and nothing else. */
    byte[] stream() {
        return stream;
    }

    Metadata metadata() {
        return new Metadata(exif, xmp);
    }

    private void chunks(int from, int end, boolean inFrame) throws IOException {
        int at = from;
        while (at + 8 <= end) {
            String name = name(file.array(), at);
            long size = Integer.toUnsignedLong(file.getInt(at + 4));
            int body = at + 8;
            if (body + size > end) {
                throw new EOFException("its chunk '" + name.strip() + "' is cut off");
            }
            chunk(name, body, (int) size, inFrame);
            at = (int) Math.min(end, body + size + (size & 1));
        }
    }

    private void chunk(String name, int body, int size, boolean inFrame) throws IOException {
        switch (name) {
            case "VP8X" -> header(body, size);
            case "VP8 ", "VP8L" -> {
                // Outside of frames, an animation has no picture.
                if (stream.length == 0 && inFrame == isAnimated()) {
                    stream(name, body, size);
                }
            }
            case "ANMF" -> {
                if (stream.length == 0 && isAnimated() && !inFrame) {
                    frame(body, size);
                }
            }
            case "EXIF" -> {
                if ((flags & EXIF_FLAG) != 0 && exif.length == 0) {
                    exif = Arrays.copyOfRange(file.array(), body, body + size);
                }
            }
            case "XMP " -> {
                if ((flags & XMP_FLAG) != 0 && xmp.length == 0) {
                    xmp = Arrays.copyOfRange(file.array(), body, body + size);
                }
            }
            default -> {}
        }
    }

    private boolean isAnimated() {
        return (flags & ANIMATION_FLAG) != 0;
    }

    /** Flags (4 bytes), width − 1 (3), height − 1 (3). */
    private void header(int body, int size) throws IOException {
        if (size < 10 || width > 0) {
            throw new IOException("its header 'VP8X' is not sound");
        }
        flags = file.get(body);
        width = 1 + threeBytes(body + 4);
        height = 1 + threeBytes(body + 7);
    }

    /** Left / 2, top / 2, width − 1, height − 1, duration (3 bytes each), flags (1), chunks. */
    private void frame(int body, int size) throws IOException {
        if (size < 16) {
            throw new EOFException("its first frame is cut off");
        }
        left = 2 * threeBytes(body);
        top = 2 * threeBytes(body + 3);
        chunks(body + 16, body + size, true);
    }

    private void stream(String name, int body, int size) throws IOException {
        boolean lossless = name.equals("VP8L");
        if (size < 10) {
            throw new EOFException("its picture is cut off");
        }
        if (lossless) {
            int bits = file.getInt(body + 1);
            streamWidth = 1 + (bits & 0x3fff);
            streamHeight = 1 + (bits >> 14 & 0x3fff);
        } else {
            streamWidth = file.getShort(body + 6) & 0x3fff;
            streamHeight = file.getShort(body + 8) & 0x3fff;
        }
        if (width == 0) { // no VP8X
            width = streamWidth;
            height = streamHeight;
        }
        int padded = size + (size & 1);
        ByteBuffer alone = ByteBuffer.allocate(20 + padded).order(ByteOrder.LITTLE_ENDIAN);
        alone.put(ascii("RIFF")).putInt(12 + padded).put(ascii("WEBP"));
        alone.put(ascii(name)).putInt(size).put(file.array(), body, size);
        stream = alone.array();
    }

    private void check() throws IOException {
        boolean fits =
                isAnimated()
                        ? left + streamWidth <= width && top + streamHeight <= height
                        : streamWidth == width && streamHeight == height;
        if (!fits || streamWidth == 0 || streamHeight == 0) {
            throw new IOException(
                    String.format(
                            "a picture of %dx%d pixels in one of %dx%d",
                            streamWidth, streamHeight, width, height));
        }
    }

    private int threeBytes(int at) {
        return (file.getShort(at) & 0xffff) | (file.get(at + 2) & 0xff) << 16;
    }

    private static String name(byte[] bytes, int at) {
        return new String(bytes, at, 4, StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
