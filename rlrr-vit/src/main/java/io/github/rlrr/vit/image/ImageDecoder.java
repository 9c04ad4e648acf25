package io.github.rlrr.vit.image;

import java.awt.image.BufferedImage;
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
import org.jspecify.annotations.Nullable;

/**
 * Decodes PNG, JPEG, BMP, GIF and TIFF files (and WebP, where {@code
 * com.github.usefulness:webp-imageio}, which brings libwebp, is on the class path) to 8-bit RGB, as
 * Pillow's {@code ImageOps.exif_transpose(Image.open(file)).convert("RGB")} does.
 *
 * <p>The format is told from the content, never from the file's name. Size limits are checked
 * before pixels are decoded. Grey becomes r = g = b, palettes are looked up, alpha is dropped
 * without blending, of 16-bit samples the high byte is kept (16-bit grey without alpha is scaled or
 * clipped, {@link SixteenBit}), of an animation or of several pages the first is taken, as stored.
 * An embedded colour profile is not applied. The orientation that the EXIF or, without one there,
 * the XMP of a JPEG, PNG, TIFF or WebP states is.
 *
 * <p>A file that ends before its last pixel is refused: PNG, BMP, GIF and TIFF readers fail on it
 * by themselves, and for JPEG, where ImageIO fills the rest with grey, a missing end marker is
 * taken for truncation. ImageIO does tolerate what does not hide pixels (a PNG without its last
 * chunk, a GIF without its trailer) and damaged JPEG data in the middle of a file, which shows as
 * garbled blocks; so does Pillow.
 *
 * <p>Instances are immutable and safe to use from several threads.
 */
public final class ImageDecoder {

    private static final Set<String> FORMATS = Set.of("png", "jpeg", "bmp", "gif", "tiff");
    private static final Set<String> EXTENSIONS =
            Set.of(
                    "bmp", "dib", "gif", "jfif", "jif", "jpe", "jpeg", "jpg", "pjp", "pjpeg", "png",
                    "tif", "tiff");
    private static final String EXPECTED =
            "a PNG, JPEG, BMP, GIF"
                    + (WebpReader.isThere() ? ", TIFF or WebP" : " or TIFF")
                    + " image";

    private final ImageLimits limits;
    private final SixteenBit sixteenBit;

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
        this(limits, SixteenBit.SCALE);
    }

    private ImageDecoder(ImageLimits limits, SixteenBit sixteenBit) {
        this.limits = Objects.requireNonNull(limits, "limits");
        this.sixteenBit = Objects.requireNonNull(sixteenBit, "sixteenBit");
    }

    /**
     * A decoder with the same limits that reads 16-bit grey in another way; {@link
     * SixteenBit#SCALE} without. What a model was trained with is its {@link
     * Preprocessing#sixteenBit}.
     *
     * @param way how 16-bit grey becomes 8 bits
     * @return a copy
     */
    public ImageDecoder withSixteenBit(SixteenBit way) {
        return new ImageDecoder(limits, way);
    }

    /**
     * The file name extensions under which readable images are found, in lower case without dot:
     * {@code bmp dib gif jfif jif jpe jpeg jpg pjp pjpeg png tif tiff}, and {@code webp} where
     * libwebp's plug-in is there.
     *
     * @return the extensions, sorted
     */
    public static Set<String> extensions() {
        Set<String> extensions = new TreeSet<>(EXTENSIONS);
        if (readsWebp()) {
            extensions.add("webp");
        }
        return extensions;
    }

    /** Whether a format is read, by its name in lower case. */
    static boolean reads(String format) {
        return format.equals("webp") ? readsWebp() : FORMATS.contains(format);
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
            new LimitCheck(limits, path.toString()).bytes(Files.size(path));
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
        new LimitCheck(limits, name).pixels(image.getWidth(), image.getHeight(), "image");
        return RgbConversion.toRgb(image, sixteenBit);
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
        LimitCheck check = new LimitCheck(limits, name);
        check.bytes(bytes.length);
        if (WebpFile.isWebp(bytes)) {
            return decodeWebp(bytes, name, check);
        }
        DecodingTime time = new DecodingTime(limits.maxTime());
        JpegMarkers jpeg = JpegMarkers.isJpeg(bytes) ? JpegMarkers.of(bytes) : null;
        int scans = jpeg == null ? 0 : JpegScans.count(bytes);
        TiffFile tiff = tiff(bytes, name);
        byte[] plain = jpeg != null ? jpeg.withoutProfile() : tiff != null ? tiff.plain() : bytes;
        ImageInputStream in = new WatchedBytes(plain, time, scans > 1);
        ImageReader reader = reader(in);
        if (reader == null && time.isSpent()) { // while the format was looked for
            throw check.tooLong("image", null);
        }
        if (reader == null) {
            throw new ImageDecodeException(name, FileContent.describe(bytes), EXPECTED, null);
        }
        String format = format(reader).toUpperCase(Locale.ROOT);
        boolean[] endMissing = {false};
        try {
            // The one warning of ImageIO's that means pixels were invented.
            reader.addIIOReadWarningListener(
                    (source, warning) -> endMissing[0] |= warning.contains("EOI"));
            if (tiff != null) {
                tiff.require(check);
            }
            reader.setInput(in, true, true);
            check.pixels(reader.getWidth(0), reader.getHeight(0), format);
            check.scans(scans);
            time.watch(reader);
            RgbImage image =
                    jpeg != null
                            ? JpegPixels.toRgb(reader.readRaster(0, null), jpeg)
                            : toRgb(reader.read(0), tiff);
            if (time.isSpent()) {
                throw check.tooLong(format, null);
            }
            if (endMissing[0]) {
                throw new EOFException("no end marker");
            }
            Metadata metadata =
                    jpeg != null
                            ? jpeg.metadata()
                            : tiff != null ? tiff.metadata() : PngMetadata.of(bytes);
            return Orientation.upright(image, metadata.orientation());
        } catch (ImageDecodeException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            rethrowOutOfMemory(e);
            if (time.isSpent()) {
                throw check.tooLong(format, e);
            }
            throw damaged(format, endMissing[0], name, e);
        } finally {
            reader.dispose();
        }
    }

    private static @Nullable TiffFile tiff(byte[] bytes, String name) throws ImageDecodeException {
        try {
            return TiffFile.of(bytes);
        } catch (EOFException e) {
            throw damaged("TIFF", false, name, e);
        }
    }

    private RgbImage toRgb(BufferedImage image, @Nullable TiffFile tiff) {
        return RgbConversion.toRgb(tiff == null ? image : tiff.corrected(image), sixteenBit);
    }

    /** What goes to libwebp, which is native code, is of a size that was checked before. */
    private RgbImage decodeWebp(byte[] bytes, String name, LimitCheck check)
            throws ImageDecodeException {
        try {
            WebpFile file = WebpFile.parse(bytes);
            check.pixels(file.width(), file.height(), "WEBP");
            return Orientation.upright(WebpReader.read(file, name), file.metadata().orientation());
        } catch (ImageDecodeException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            rethrowOutOfMemory(e);
            throw damaged("WEBP", false, name, e);
        }
    }

    /** ImageIO's readers answer corrupt input with any RuntimeException, too. */
    private static ImageDecodeException damaged(
            String format, boolean endMissing, String name, Exception e) {
        boolean truncated = endMissing || isEndOfFile(e);
        String found = truncated ? "truncated " + format : "corrupt " + format;
        String reason = e.getMessage() == null ? e.toString() : e.getMessage();
        return new ImageDecodeException(name, found + " (" + reason + ")", EXPECTED, e);
    }

    /** Java's own: another one on the class path decodes to other pixels. */
    private static @Nullable ImageReader reader(ImageInputStream in) {
        for (Iterator<ImageReader> it = ImageIO.getImageReaders(in); it.hasNext(); ) {
            ImageReader reader = it.next();
            boolean own = reader.getClass().getModule().equals(ImageIO.class.getModule());
            if (own && FORMATS.contains(format(reader))) {
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
