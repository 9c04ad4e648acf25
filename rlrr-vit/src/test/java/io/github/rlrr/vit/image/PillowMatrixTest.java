package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Small pictures of every mixture of format, sub-sampling, markers, component ids, colour profile
 * and orientation, against Pillow: {@code parity/images/make_matrix.py} and {@code make_tiff.py}.
 */
class PillowMatrixTest {

    private static final List<String> SETS = List.of("matrix", "tiff");

    static Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String set : SETS) {
            try (ZipInputStream zip =
                    new ZipInputStream(new GZIPInputStream(PillowNumbers.open(set + ".zip.gz")))) {
                for (ZipEntry entry = zip.getNextEntry();
                        entry != null;
                        entry = zip.getNextEntry()) {
                    files.put(entry.getName(), zip.readAllBytes());
                }
            }
        }
        return files;
    }

    private static Map<String, String> answers() throws IOException {
        Map<String, String> answers = new LinkedHashMap<>();
        for (String set : SETS) {
            try (InputStream in = PillowNumbers.open(set + ".csv")) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> line.split(",", 2))
                        .forEach(cells -> answers.put(cells[0], cells[1]));
            }
        }
        return answers;
    }

    private static String decoded(String name, byte[] file) {
        try {
            RgbImage image = new ImageDecoder().decode(file, name);
            CRC32 sum = new CRC32();
            sum.update(image.pixels());
            return String.format(
                    Locale.ROOT, "%d,%d,%08x", image.width(), image.height(), sum.getValue());
        } catch (ImageDecodeException e) {
            return "refused";
        }
    }

    @ParameterizedTest
    @CsvSource({"jpeg, 850", "png, 100", "webp, 260", "gif, 4", "bmp, 4", "tiff, 450"})
    void everyPictureEqualsPillowInEveryValue(String format, int atLeast) throws IOException {
        Map<String, String> expected = new LinkedHashMap<>(answers());
        expected.keySet().removeIf(name -> !name.startsWith(format + "_"));
        assertThat(expected).hasSizeGreaterThanOrEqualTo(atLeast);

        Map<String, String> actual = new LinkedHashMap<>();
        files().forEach(
                        (name, file) -> {
                            if (expected.containsKey(name)) {
                                actual.put(name, decoded(name, file));
                            }
                        });

        assertThat(actual).containsExactlyEntriesOf(expected);
    }

    @Test
    void rowsOfHalfHeightAreInterpolatedOnce() {
        int[] sampling = {0x12, 0x11, 0x11}; // 4:4:0
        byte[] repeated = {1, 10, 7, 2, 10, 7, 3, 50, 7, 4, 50, 7, 5, 90, 7};

        byte[] smooth = repeated.clone();
        JpegUpsampling.smooth(smooth, 1, 5, sampling);
        assertThat(smooth).containsExactly(1, 10, 7, 2, 20, 7, 3, 40, 7, 4, 60, 7, 5, 80, 7);

        byte[] again = smooth.clone();
        JpegUpsampling.smooth(again, 1, 5, sampling);
        assertThat(again).isEqualTo(smooth);
    }
}
