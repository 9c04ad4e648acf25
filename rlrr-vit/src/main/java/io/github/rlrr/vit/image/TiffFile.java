package io.github.rlrr.vit.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a TIFF file's first directory says of its first picture. The format is a wide one: ImageIO
 * reads kinds of it that Pillow reads otherwise or that have no one meaning as a picture, and it
 * believes sizes that a file states. So only what is known to come out right goes to it.
 *
 * <p>Read are 1, 2, 4, 8 and 16 bits of grey (white or black 0), palettes, RGB of 8 and 16 bits,
 * all with or without alpha, CMYK, and JPEG in grey or colour; in strips or tiles, plain or
 * compressed with LZW, Deflate, PackBits or as fax. Refused by name are floating point, 32 bits,
 * signed samples, more bands than colours, Lab and the rarer compressions.
 */
final class TiffFile {

    private static final int BITS = 258;
    private static final int COMPRESSION = 259;
    private static final int COLOURS = 262;
    private static final int STRIPS = 273;
    private static final int SAMPLES = 277;
    private static final int STRIP_BYTES = 279;
    private static final int PREDICTOR = 317;
    private static final int PALETTE = 320;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILES = 324;
    private static final int TILE_BYTES = 325;
    private static final int SAMPLE_FORMAT = 339;
    private static final int XMP = 700;

    private static final int NOT_STATED = -1;
    private static final int WHITE_IS_ZERO = 0;
    private static final int BLACK_IS_ZERO = 1;
    private static final int RGB = 2;
    private static final int PALETTE_COLOURS = 3;
    private static final int CMYK = 5;
    private static final int YCBCR = 6;

    private static final long JPEG = 7;
    private static final long UNSIGNED = 1;
    private static final int MOST_BANDS = 5;

    private static final Set<Long> GREY_BITS = Set.of(1L, 2L, 4L, 8L, 16L);
    private static final Set<Long> PALETTE_BITS = Set.of(1L, 2L, 4L, 8L);
    private static final Set<Long> COLOUR_BITS = Set.of(8L, 16L);

    /** None, three kinds of fax, LZW, JPEG, Deflate under two numbers, PackBits. */
    private static final Set<Long> COMPRESSIONS_READ =
            Set.of(1L, 2L, 3L, 4L, 5L, JPEG, 8L, 32946L, 32773L);

    private static final Map<Long, String> COMPRESSIONS =
            Map.of(
                    6L, "old JPEG",
                    34712L, "JPEG 2000",
                    34887L, "LERC",
                    34925L, "LZMA",
                    50000L, "zstd",
                    50001L, "WebP",
                    50002L, "JPEG XL");

    private static final Map<Long, String> COLOUR_SPACES =
            Map.of(
                    (long) NOT_STATED,
                    "no colour space",
                    4L,
                    "a transparency mask",
                    8L,
                    "CIE Lab",
                    32803L,
                    "a camera's raw colours");

    private static final String EXPECTED =
            "unsigned grey of 1 to 16 bits, a palette, 8- or 16-bit RGB, 8-bit CMYK, or JPEG in grey or"
                    + " colour; uncompressed or LZW, Deflate, PackBits or fax: convert it, to PNG say";

    private final byte[] bytes;
    private final TiffDirectory directory;

    private TiffFile(byte[] bytes, TiffDirectory directory) {
        this.bytes = bytes;
        this.directory = directory;
    }

    /**
     * Null for what does not begin as a TIFF file.
     *
     * @throws EOFException if the file ends before its directory does
     */
    static @Nullable TiffFile of(byte[] bytes) throws EOFException {
        ByteBuffer tiff = ByteBuffer.wrap(bytes);
        if (!"tiff".equals(FileSignature.of(bytes)) || !TiffDirectory.isSound(tiff)) {
            return null;
        }
        TiffDirectory directory = new TiffDirectory(tiff);
        if (!directory.isWhole()) {
            throw new EOFException("ends before its directory does");
        }
        return new TiffFile(bytes, directory);
    }

    /**
     * Refuses what would not come out right, or would cost more than it shows.
     *
     * @throws EOFException if the file ends before its last pixel
     */
    void require(LimitCheck check) throws ImageDecodeException, EOFException {
        String fault = fault();
        if (fault != null) {
            throw new ImageDecodeException(check.name(), "TIFF " + fault, EXPECTED, null);
        }
        boolean tiled = directory.numbers(TILE_WIDTH) != null;
        if (tiled) { // stored whole, however little of them is picture
            check.pixels(side(TILE_WIDTH), side(TILE_HEIGHT), "TIFF with tiles");
        }
        requireWhole(tiled ? TILES : STRIPS, tiled ? TILE_BYTES : STRIP_BYTES);
    }

    private @Nullable String fault() {
        long colours = first(COLOURS, NOT_STATED);
        long compression = first(COMPRESSION, 1);
        int bands = bands(colours);
        if (bands == 0) {
            return "in " + COLOUR_SPACES.getOrDefault(colours, "colour space " + colours);
        }
        if (!COMPRESSIONS_READ.contains(compression)) {
            return "compressed with "
                    + COMPRESSIONS.getOrDefault(compression, "method " + compression);
        }
        long samples = first(SAMPLES, 1);
        boolean mayHaveAlpha = bands < 4 && colours < PALETTE_COLOURS && compression != JPEG;
        if (samples != bands && !(mayHaveAlpha && samples == bands + 1)) {
            return "of " + samples + " bands for " + bands + (bands == 1 ? " colour" : " colours");
        }
        long bits = first(BITS, 1);
        if (!areAll(BITS, bits)) {
            return "with samples of different widths";
        }
        if (!areAll(SAMPLE_FORMAT, UNSIGNED)) {
            return "with samples that are signed or floating point";
        }
        Set<Long> widths =
                samples == 1 && compression != JPEG
                        ? colours == PALETTE_COLOURS ? PALETTE_BITS : GREY_BITS
                        : bands == 4 || compression == JPEG ? Set.of(8L) : COLOUR_BITS;
        if (!widths.contains(bits)) {
            return "with " + bits + "-bit samples";
        }
        if (colours == CMYK && compression == JPEG) {
            return "in CMYK as JPEG";
        }
        return colours == YCBCR && compression != JPEG ? "in YCbCr that is not JPEG" : null;
    }

    /** How many bands a colour space has; 0 for one that is not read. */
    private static int bands(long colours) {
        return switch ((int) colours) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE_COLOURS -> 1;
            case RGB, YCBCR -> 3;
            case CMYK -> 4;
            default -> 0;
        };
    }

    /** ImageIO makes room for what is stated, and takes bytes that are missing for 0. */
    private void requireWhole(int offsetsTag, int lengthsTag) throws EOFException {
        TiffDirectory.Values offsets = directory.numbers(offsetsTag);
        TiffDirectory.Values lengths = directory.numbers(lengthsTag);
        for (int i = 0; offsets != null && i < offsets.count(); i++) {
            long length = lengths != null && i < lengths.count() ? directory.number(lengths, i) : 0;
            if (directory.number(offsets, i) + length > bytes.length) {
                throw new EOFException("ends before its pixels do");
            }
        }
    }

    /**
     * The file as ImageIO can read it: without the word that 16-bit samples are stored as
     * differences, which {@link #corrected} then adds up.
     */
    byte[] plain() {
        TiffDirectory.Values predictor = directory.numbers(PREDICTOR);
        if (!isOfWideDifferences() || predictor == null) {
            return bytes;
        }
        byte[] plain = bytes.clone();
        boolean little = bytes[0] == 'I';
        int length = predictor.type() == 1 ? 1 : predictor.type() == 3 ? 2 : 4;
        Arrays.fill(plain, predictor.at(), predictor.at() + length, (byte) 0);
        plain[little ? predictor.at() : predictor.at() + length - 1] = 1;
        return plain;
    }

    private boolean isOfWideDifferences() {
        return first(BITS, 1) == 16 && first(PREDICTOR, 1) == 2;
    }

    /**
     * What ImageIO read, with 16-bit differences added up, and the colours of a palette, which have
     * 16 bits, cut to their high byte rather than rounded, as in Pillow.
     */
    BufferedImage corrected(BufferedImage image) {
        if (isOfWideDifferences()) {
            addUp(image.getRaster());
        }
        TiffDirectory.Values palette = directory.numbers(PALETTE);
        if (palette == null || !(image.getColorModel() instanceof IndexColorModel model)) {
            return image;
        }
        int size = palette.count() / 3;
        byte[][] colours = new byte[3][size];
        for (int i = 0; i < 3 * size; i++) {
            colours[i / size][i % size] = (byte) (directory.number(palette, i) >> 8);
        }
        IndexColorModel exact =
                new IndexColorModel(model.getPixelSize(), size, colours[0], colours[1], colours[2]);
        return new BufferedImage(exact, image.getRaster(), false, null);
    }

    /** Each sample is its difference from the one to the left; tiles begin anew. */
    private void addUp(WritableRaster raster) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        int tile = directory.numbers(TILE_WIDTH) == null ? width : side(TILE_WIDTH);
        int inverted = first(COLOURS, NOT_STATED) == WHITE_IS_ZERO ? 0xffff : 0;
        int[] row = new int[width * bands];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int i = 0; i < row.length; i++) {
                boolean begins = i / bands % tile == 0;
                int left = begins ? 0 : row[i - bands] ^ inverted;
                row[i] = ((row[i] ^ inverted) + left & 0xffff) ^ inverted;
            }
            raster.setPixels(0, y, width, 1, row);
        }
    }

    /** The orientation stands in the directory itself. */
    Metadata metadata() {
        List<TiffDirectory.Values> xmp = directory.entries(XMP);
        byte[] text =
                xmp.isEmpty()
                        ? new byte[0]
                        : Arrays.copyOfRange(
                                bytes, xmp.get(0).at(), xmp.get(0).at() + xmp.get(0).count());
        return new Metadata(bytes, text);
    }

    private long first(int tag, long otherwise) {
        TiffDirectory.Values values = directory.numbers(tag);
        return values == null ? otherwise : directory.number(values, 0);
    }

    private int side(int tag) {
        return (int) Math.min(first(tag, 0), Integer.MAX_VALUE);
    }

    private boolean areAll(int tag, long value) {
        TiffDirectory.Values values = directory.numbers(tag);
        for (int i = 0; values != null && i < Math.min(values.count(), MOST_BANDS); i++) {
            if (directory.number(values, i) != value) {
                return false;
            }
        }
        return true;
    }
}
