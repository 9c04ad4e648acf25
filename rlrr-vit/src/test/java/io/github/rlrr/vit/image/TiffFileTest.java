package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What of TIFF is refused, and in which words; that the rest equals Pillow, PillowMatrixTest tells.
 */
class TiffFileTest {

    private static Map<String, byte[]> files;

    @BeforeAll
    static void readFiles() throws IOException {
        files = PillowMatrixTest.files();
    }

    @ParameterizedTest
    @CsvSource({
        "float, with samples that are signed or floating point",
        "signed16, with samples that are signed or floating point",
        "wide, with 32-bit samples",
        "12_bits, with 12-bit samples",
        "13_bands, of 13 bands for 1 colour",
        "lab, in CIE Lab",
        "ycbcr, in YCbCr that is not JPEG",
        "cmyk_jpeg, in CMYK as JPEG",
        "rgba_jpeg, of 4 bands for 3 colours",
        "zstd, compressed with zstd"
    })
    void aKindThatIsNotReadIsNamed(String file, String words) {
        assertThatThrownBy(() -> decode(files.get("tiff_refused_" + file + ".tif")))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageStartingWith("a: TIFF " + words + "; expected unsigned grey of 1 to 16")
                .hasMessageEndingWith("convert it, to PNG say");
    }

    @ParameterizedTest
    @CsvSource({"8", "100", "-40", "-1"})
    void aFileThatEndsTooEarlyIsTruncated(int end) {
        byte[] whole = files.get("tiff_rgb_little_lzw_strips.tif");
        byte[] cut = Arrays.copyOf(whole, end > 0 ? end : whole.length + end);
        assertThatThrownBy(() -> decode(cut)).hasMessageStartingWith("a: truncated TIFF (ends");
    }

    @Test
    void sizesThatAFileStatesAreCheckedBeforeRoomIsMade() {
        byte[] tiles = with("tiff_rgb_little_lzw_tiles.tif", 322, 1 << 30);
        assertThatThrownBy(() -> decode(with(tiles, 323, 1 << 30)))
                .hasMessageStartingWith("a: TIFF with tiles of 1073741824x1073741824 pixels;")
                .hasMessageContaining("pixels (ImageLimits");
        byte[] strip = with("tiff_rgb_little_lzw_strip.tif", 279, Integer.MAX_VALUE);
        assertThatThrownBy(() -> decode(strip)).hasMessageStartingWith("a: truncated TIFF");
        byte[] wide = with("tiff_rgb_little_lzw_strip.tif", 256, 1_000_000);
        assertThatThrownBy(() -> decode(with(wide, 257, 1_000_000)))
                .hasMessageStartingWith("a: TIFF of 1000000x1000000 pixels;");
    }

    @Test
    void aDamagedFileIsRefusedOrReadAndNothingElse() {
        Random random = new Random(4);
        ImageDecoder decoder = new ImageDecoder(ImageLimits.SERVICE);
        int refused = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (!file.getKey().startsWith("tiff_")) {
                continue;
            }
            for (int round = 0; round < 10; round++) {
                byte[] damaged = file.getValue().clone();
                int reach = round % 2 == 0 ? damaged.length : Math.min(300, damaged.length);
                for (int i = 0; i <= round % 4; i++) {
                    damaged[random.nextInt(reach)] = (byte) random.nextInt(256);
                }
                try {
                    decoder.decode(damaged, "a");
                } catch (ImageDecodeException e) {
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    private static RgbImage decode(byte[] file) throws ImageDecodeException {
        return new ImageDecoder().decode(file, "a");
    }

    private static byte[] with(String name, int tag, int value) {
        return with(files.get(name), tag, value);
    }

    /** A little-endian file with the number of an entry changed. */
    private static byte[] with(byte[] file, int tag, int value) {
        ByteBuffer changed = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int entry = changed.getInt(4) + 2;
        while (changed.getShort(entry) != tag) {
            entry += 12;
        }
        changed.putShort(entry + 2, (short) 4).putInt(entry + 4, 1).putInt(entry + 8, value);
        return changed.array();
    }
}
