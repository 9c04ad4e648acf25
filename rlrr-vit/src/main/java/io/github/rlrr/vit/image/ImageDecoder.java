package io.github.rlrr.vit.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes PNG, JPEG, BMP and GIF files (and WebP, where {@code com.github.usefulness:webp-imageio},
 * which brings libwebp, is on the class path) to 8-bit RGB, as Pillow's {@code
 * ImageOps.exif_transpose(Image.open(file)).convert("RGB")} does.
 *
 * <p>The format is told from the content, never from the file's name. Size limits are checked
 * before pixels are decoded. Grey becomes r = g = b, palettes are looked up, alpha is dropped
 * without blending, of 16-bit samples the high byte is kept (16-bit grey without alpha is clipped
 * at 255 instead, as Pillow does), of an animation the first frame is taken, as stored. An embedded
 * colour profile is not applied. The orientation that the EXIF or, without one there, the XMP of a
 * JPEG, PNG or WebP states is.
 *
 * <p>A file that ends before its last pixel is refused: PNG, BMP and GIF readers fail on it by
 * themselves, and for JPEG, where ImageIO fills the rest with grey, a missing end marker is taken
 * for truncation. ImageIO does tolerate what does not hide pixels (a PNG without its last chunk, a
 * GIF without its trailer) and damaged JPEG data in the middle of a file, which shows as garbled
 * blocks; so does Pillow.
 *
 * <p>Instances are immutable and safe to use from several threads.
 */
public final class ImageDecoder {

    private static final Set<String> FORMATS = Set.of("png", "jpeg", "bmp", "gif");
    private static final String EXPECTED = "a PNG, JPEG, BMP or GIF image";

    private final ImageLimits limits;

    /** A decoder with {@link ImageLimits#DEFAULT}. */
    public ImageDecoder() {
        this(ImageLimits.DEFAULT);
    }

    /**
     * A decoder with limits of its own.
     *
     * @param limits the smallest and largest image accepted
     */
    public ImageDecoder(ImageLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * The file name extensions under which readable images are found, in lower case without dot:
     * {@code bmp gif jpeg jpg png}, and {@code webp} where libwebp's plug-in is there.
     *
     * @return the extensions, sorted
     */
    public static Set<String> extensions() {
        Set<String> extensions = new TreeSet<>(Set.of("bmp", "gif", "jpeg", "jpg", "png"));
        if (readsWebp()) {
            extensions.add("webp");
        }
        return extensions;
    }

    static boolean readsWebp() {
        return WebpReader.isThere();
    }

    /**
     * Decodes a file.
     *
     * @param path the file
     * @return the image
     * @throws ImageDecodeException if the file is missing, not an image, truncated, corrupt or over
     *     a limit
     */
    public RgbImage decode(Path path) throws ImageDecodeException {
        if (Files.isDirectory(path)) {
            throw new ImageDecodeException(path.toString(), "a folder", EXPECTED, null);
        }
        try (InputStream in = Files.newInputStream(path)) {
            checkBytes(Files.size(path), path.toString());
            return decode(in, path.toString());
        } catch (ImageDecodeException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new ImageDecodeException(path.toString(), "no such file", EXPECTED, e);
        } catch (IOException e) {
            throw new ImageDecodeException(path.toString(), "unreadable, " + e, EXPECTED, e);
        }
    }

    /**
     * Decodes a stream, read to its end and left open.
     *
     * @param in the encoded image
     * @param name what to call it in messages
     * @return the image
     * @throws ImageDecodeException if the content is not an image, truncated, corrupt, over a limit
     *     or if reading it fails
     */
    public RgbImage decode(InputStream in, String name) throws ImageDecodeException {
        byte[] bytes;
        try {
            bytes = in.readNBytes((int) limits.maxBytes() + 1);
        } catch (IOException e) {
            throw new ImageDecodeException(name, "unreadable, " + e, EXPECTED, e);
        }
        return decode(bytes, name);
    }

    /**
     * Converts an image that something else decoded; its alpha and colour profile are treated as a
     * file's. An EXIF orientation is not to be seen any more.
     *
     * @param image the pixels, copied
     * @param name what to call it in messages
     * @return the image
     * @throws ImageDecodeException if it is over a limit
     */
    public RgbImage convert(BufferedImage image, String name) throws ImageDecodeException {
        checkPixels(image.getWidth(), image.getHeight(), "image", name);
        return RgbConversion.toRgb(image);
    }

    /**
     * Decodes bytes.
     *
     * @param bytes the encoded image
     * @param name what to call it in messages
     * @return the image
     * @throws ImageDecodeException if the content is not an image, truncated, corrupt or over a
     *     limit
     */
    public RgbImage decode(byte[] bytes, String name) throws ImageDecodeException {
        checkBytes(bytes.length, name);
        if (WebpFile.isWebp(bytes)) {
            return decodeWebp(bytes, name);
        }
        JpegMarkers jpeg = JpegMarkers.isJpeg(bytes) ? JpegMarkers.of(bytes) : null;
        byte[] plain = jpeg == null ? bytes : jpeg.withoutProfile();
        ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(plain));
        ImageReader reader = reader(in);
        if (reader == null) {
            throw new ImageDecodeException(name, FileContent.describe(bytes), EXPECTED, null);
        }
        String format = format(reader).toUpperCase(Locale.ROOT);
        boolean[] endMissing = {false};
        try {
            // The one warning of ImageIO's that means pixels were invented.
            reader.addIIOReadWarningListener(
                    (source, warning) -> endMissing[0] |= warning.contains("EOI"));
            reader.setInput(in, true, true);
            checkPixels(reader.getWidth(0), reader.getHeight(0), format, name);
            RgbImage image =
                    jpeg == null
                            ? RgbConversion.toRgb(reader.read(0))
                            : JpegPixels.toRgb(reader.readRaster(0, null), jpeg);
            if (endMissing[0]) {
                throw new EOFException("no end marker");
            }
            Metadata metadata = jpeg == null ? PngMetadata.of(bytes) : jpeg.metadata();
            return Orientation.upright(image, metadata.orientation());
        } catch (ImageDecodeException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damaged(format, endMissing[0], name, e);
        } finally {
            reader.dispose();
        }
    }

    /** What goes to libwebp, which is native code, is of a size that was checked before. */
    private RgbImage decodeWebp(byte[] bytes, String name) throws ImageDecodeException {
        try {
            WebpFile file = WebpFile.parse(bytes);
            checkPixels(file.width(), file.height(), "WEBP", name);
            return Orientation.upright(WebpReader.read(file, name), file.metadata().orientation());
        } catch (ImageDecodeException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damaged("WEBP", false, name, e);
        }
    }

    /** ImageIO's readers answer corrupt input with any RuntimeException, too. */
    private static ImageDecodeException damaged(
            String format, boolean endMissing, String name, Exception e) {
        rethrowOutOfMemory(e);
        boolean truncated = endMissing || isEndOfFile(e);
        String found = truncated ? "truncated " + format : "corrupt " + format;
        String reason = e.getMessage() == null ? e.toString() : e.getMessage();
        return new ImageDecodeException(name, found + " (" + reason + ")", EXPECTED, e);
    }

    private void checkBytes(long bytes, String name) throws ImageDecodeException {
        if (bytes > limits.maxBytes()) {
            String found = String.format(Locale.ROOT, "%,d bytes or more", bytes);
            String most =
                    String.format(Locale.ROOT, "at most %,d (ImageLimits)", limits.maxBytes());
            throw new ImageDecodeException(name, found, most, null);
        }
    }

    private void checkPixels(int width, int height, String format, String name)
            throws ImageDecodeException {
        if ((long) width * height > limits.maxPixels()) {
            String found = String.format(Locale.ROOT, "%s of %dx%d pixels", format, width, height);
            String most = String.format(Locale.ROOT, "at most %,d pixels", limits.maxPixels());
            throw new ImageDecodeException(name, found, most + " (ImageLimits)", null);
        }
        if (Math.min(width, height) < limits.minSide()) {
            String found = String.format(Locale.ROOT, "%s of %dx%d pixels", format, width, height);
            String least = "at least " + limits.minSide() + " pixels a side (ImageLimits)";
            throw new ImageDecodeException(name, found, least, null);
        }
    }

    private static @Nullable ImageReader reader(ImageInputStream in) {
        for (Iterator<ImageReader> it = ImageIO.getImageReaders(in); it.hasNext(); ) {
            ImageReader reader = it.next();
            if (FORMATS.contains(format(reader))) {
                return reader;
            }
            reader.dispose();
        }
        return null;
    }

    /** The name under which this class knows the reader's format, or "". */
    private static String format(ImageReader reader) {
        return Arrays.stream(reader.getOriginatingProvider().getFormatNames())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .filter(FORMATS::contains)
                .findFirst()
                .orElse("");
    }

    /** ImageIO's PNG reader takes a full heap for a fault of the file. */
    private static void rethrowOutOfMemory(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError full) {
                throw full;
            }
        }
    }

    private static boolean isEndOfFile(@Nullable Throwable e) {
        return e != null && (e instanceof EOFException || isEndOfFile(e.getCause()));
    }
}
