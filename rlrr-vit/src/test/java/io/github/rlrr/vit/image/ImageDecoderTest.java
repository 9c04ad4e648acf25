package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

    private final ImageDecoder decoder = new ImageDecoder();
    @TempDir Path folder;

    static Set<String> pillowFiles() throws IOException {
        return PillowNumbers.read("decoded.npz").keySet();
    }

    @ParameterizedTest
    @MethodSource("pillowFiles")
    void equalsPillowInEveryValue(String file) throws IOException {
        RgbImage expected = PillowNumbers.read("decoded.npz").get(file);

        ImageDecoder asPillow = decoder.withSixteenBit(SixteenBit.CLIP);
        RgbImage actual = asPillow.decode(PillowNumbers.open("decode/" + file), file);

        assertThat(actual).isEqualTo(expected);
    }

    static Set<String> photographs() throws IOException {
        return PillowNumbers.read("formats.npz").keySet();
    }

    @ParameterizedTest
    @MethodSource("photographs")
    void turnsPhotographsUprightAndTakesTheirInks(String file) throws IOException {
        RgbImage expected = PillowNumbers.read("formats.npz").get(file);

        RgbImage actual = decoder.decode(PillowNumbers.open("formats/" + file), file);

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void givesGreyItsRawValueInEveryChannel() throws IOException {
        BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 256; x++) {
            grey.getRaster().setSample(x, 0, 0, x);
        }

        RgbImage image = decode(encode(grey, "png"));

        for (int x = 0; x < 256; x++) {
            byte value = (byte) x;
            assertThat(Arrays.copyOfRange(image.pixels(), 3 * x, 3 * x + 3))
                    .containsExactly(value, value, value);
        }
    }

    @Test
    void dropsAlphaWithoutBlending() throws IOException {
        BufferedImage transparent = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        transparent.setRGB(0, 0, 0x00102030);

        assertThat(decode(encode(transparent, "png")).pixels()).containsExactly(0x10, 0x20, 0x30);
    }

    @Test
    void looksUpPalettes() throws IOException {
        byte[] red = {1, 4};
        byte[] green = {2, 5};
        byte[] blue = {3, 6};
        IndexColorModel palette = new IndexColorModel(1, 2, red, green, blue);
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY, palette);
        image.getRaster().setSample(1, 0, 0, 1);

        assertThat(decode(encode(image, "png")).pixels()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void readsAFileWhateverItsName() throws IOException {
        Path file = folder.resolve("really-a-png.jpg");
        Files.write(file, bytes("decode/rgb8.png"));

        assertThat(decoder.decode(file).width()).isEqualTo(50);
    }

    @Test
    void namesATextFileThatClaimsToBeAnImage() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jpg"), "hello world\nsecond line");

        assertThatThrownBy(() -> decoder.decode(file))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessage(
                        file
                                + ": text, starts with 'hello world';"
                                + " expected a PNG, JPEG, BMP, GIF, TIFF or WebP image");
    }

    @Test
    void namesAnEmptyFile() throws IOException {
        Path file = Files.createFile(folder.resolve("empty.png"));

        assertThatThrownBy(() -> decoder.decode(file))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining("empty.png: 0 bytes; expected");
    }

    @Test
    void namesAFolderAndAMissingFile() {
        assertThatThrownBy(() -> decoder.decode(folder))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessage(
                        folder + ": a folder; expected a PNG, JPEG, BMP, GIF, TIFF or WebP image");
        assertThatThrownBy(() -> decoder.decode(folder.resolve("none.png")))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining("none.png: no such file");
    }

    @Test
    void refusesBytesOfZeroAlthoughImageIoTakesThemForABitmap() {
        assertThatThrownBy(() -> decode(new byte[100]))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining("unknown content, starts with bytes 00 00 00 00");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb8.png",
                "palette8.png",
                "420.jpg",
                "progressive.jpg",
                "rgb.bmp",
                "palette.gif"
            })
    void refusesAnImageCutOffAnywhere(String file) throws IOException {
        byte[] whole = bytes("decode/" + file);
        // ImageIO does not miss a PNG's closing checksums and chunk, nor a BMP's padding.
        int pixelsEnd = whole.length - (file.endsWith("png") ? 30 : 3);
        for (int percent = 5; percent <= 100; percent += 5) {
            byte[] cut = Arrays.copyOf(whole, pixelsEnd * percent / 100);

            assertThatThrownBy(() -> decode(cut), "%s cut to %d bytes", file, cut.length)
                    .isInstanceOf(ImageDecodeException.class)
                    .hasMessageMatching("(?s)test: (truncated|corrupt|damaged).*");
        }
    }

    @Test
    void saysThatATruncatedPngIsTruncated() throws IOException {
        byte[] cut = Arrays.copyOf(bytes("decode/rgb8.png"), 1000);

        assertThatThrownBy(() -> decode(cut)).hasMessageStartingWith("test: truncated PNG (");
    }

    @Test
    void survivesRandomDamageWithAnImageOrADecodeException() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        for (String file : pillowFiles()) {
            byte[] whole = bytes("decode/" + file);
            for (int trial = 0; trial < 30; trial++) {
                byte[] damaged = whole.clone();
                for (int i = 0; i < 4; i++) {
                    damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
                }
                try {
                    decode(damaged);
                } catch (ImageDecodeException e) {
                    assertThat(e).hasMessageStartingWith("test: ");
                }
            }
        }
    }

    @Test
    void refusesAHugeClaimBeforeDecoding() {
        assertThatThrownBy(() -> decode(pngHeader(60_000, 60_000)))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessage(
                        "test: PNG of 60000x60000 pixels;"
                                + " expected at most 64,000,000 pixels (ImageLimits)");
    }

    @Test
    void refusesAFileOverTheSizeLimit() throws IOException {
        Path file = Files.write(folder.resolve("a.png"), bytes("decode/rgb8.png"));
        ImageDecoder strict = new ImageDecoder(new ImageLimits(1, 1_000_000, 1_000));

        assertThatThrownBy(() -> strict.decode(file))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining("bytes or more; expected at most 1,000 (ImageLimits,");
        assertThatThrownBy(() -> strict.decode(Files.newInputStream(file), "stream"))
                .isInstanceOf(ImageDecodeException.class);
    }

    @Test
    void refusesLimitsThatNoArrayCanHold() {
        assertThatThrownBy(() -> new ImageLimits(1, 0, 1))
                .hasMessage("maxPixels: 0, expected 1 to 700,000,000");
        assertThatThrownBy(() -> new ImageLimits(1, 1, Long.MAX_VALUE))
                .hasMessageStartingWith("maxBytes: 9,223,372,036,854,775,807, expected 1 to");
    }

    @Test
    void knowsTheUsualExtensions() {
        assertThat(ImageDecoder.extensions()).contains("bmp", "gif", "jpeg", "jpg", "png");
    }

    private RgbImage decode(byte[] bytes) throws ImageDecodeException {
        return decoder.decode(new ByteArrayInputStream(bytes), "test");
    }

    private static byte[] bytes(String resource) throws IOException {
        try (InputStream in = PillowNumbers.open(resource)) {
            return in.readAllBytes();
        }
    }

    private static byte[] encode(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, out)).isTrue();
        return out.toByteArray();
    }

    /** A PNG signature and header chunk, and nothing after it. */
    private static byte[] pngHeader(int width, int height) {
        ByteBuffer chunk = ByteBuffer.allocate(17);
        chunk.put("IHDR".getBytes(StandardCharsets.US_ASCII));
        chunk.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(chunk.array());
        ByteBuffer png = ByteBuffer.allocate(33);
        png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        png.putInt(13).put(chunk.array()).putInt((int) crc.getValue());
        return png.array();
    }
}
