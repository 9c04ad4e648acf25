package io.github.rlrr.examples.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code rlrr embed} and {@code rlrr search} on the bundled images. */
class EmbedCommandsTest {

    @TempDir private Path folder;

    private static Path bags() {
        return DemoModel.get().images().resolve("val/bag");
    }

    private static CommandLine.Result rlrr(Object... arguments) {
        return CommandLine.rlrr(arguments);
    }

    @Test
    void anArrayAndATableHoldTheSameVectors() throws IOException {
        Path array = folder.resolve("v.npy");
        Path table = folder.resolve("v.csv");
        assertThat(rlrr("embed", "--normalise", "--out", array, bags()).out())
                .contains("embedded 20 of 20 images, 128 numbers each", "written  " + array);
        assertThat(rlrr("embed", "--normalise", "--out", table, bags()).exitCode()).isZero();

        byte[] npy = Files.readAllBytes(array);
        String header = new String(npy, 10, 118, StandardCharsets.US_ASCII);
        assertThat(header)
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (20, 128), }");
        assertThat(npy).hasSize(128 + 20 * 128 * Float.BYTES);
        ByteBuffer values =
                ByteBuffer.wrap(npy, 128, npy.length - 128).order(ByteOrder.LITTLE_ENDIAN);
        List<String> names = Files.readAllLines(folder.resolve("v.images.csv"));
        List<String> rows = Files.readAllLines(table);
        assertThat(names).hasSize(21).startsWith("image");
        assertThat(rows).hasSize(21);
        for (int i = 1; i <= 20; i++) {
            String[] cells = rows.get(i).split(",", -1);
            assertThat(cells[0]).isEqualTo(names.get(i));
            double square = 0;
            for (String cell : Arrays.copyOfRange(cells, 1, cells.length)) {
                float value = Float.parseFloat(cell);
                assertThat(values.getFloat()).isEqualTo(value);
                square += (double) value * value;
            }
            assertThat(square).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void anAdapterChangesTheVectors() throws IOException {
        Path base = folder.resolve("base.csv");
        Path adapted = folder.resolve("adapted.csv");
        rlrr("embed", "--out", base, bags());
        assertThat(
                        rlrr(
                                        "embed",
                                        "--adapter",
                                        DemoModel.get().adapter(),
                                        "--out",
                                        adapted,
                                        bags())
                                .exitCode())
                .isZero();
        assertThat(Files.readAllLines(adapted)).hasSameSizeAs(Files.readAllLines(base));
        assertThat(adapted).content().isNotEqualTo(Files.readString(base));
    }

    @Test
    void whatLooksMostLikeAnImageIsItself() throws IOException {
        Path page = folder.resolve("found.html");
        Path asked;
        try (Stream<Path> files = Files.list(bags())) {
            asked = files.sorted().toList().get(3);
        }
        CommandLine.Result result =
                rlrr(
                        "search",
                        "--in",
                        DemoModel.get().images().resolve("val"),
                        "--top",
                        4,
                        "--out",
                        page,
                        asked);

        assertThat(result.exitCode()).as(result.err()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines.get(0)).isEqualTo(asked.toString());
        assertThat(lines.get(1)).isEqualTo("  1.0000  " + asked);
        assertThat(lines.subList(2, 5)).allMatch(line -> line.matches("  0\\.\\d{4}  .*png"));
        assertThat(page).content().contains("<figcaption>1.0000 bag/", "asked for");
        assertThat(Files.readString(page).split("<img ", -1)).hasSize(1 + 1 + 4);
    }

    @Test
    void aFileThatIsNoImageIsLeftOut() throws IOException {
        Path broken = folder.resolve("broken.png");
        Files.writeString(broken, "no picture");
        CommandLine.Result result = rlrr("embed", "--out", folder.resolve("v.npy"), bags(), broken);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("rlrr: left out: " + broken);
        assertThat(result.out()).contains("embedded 20 of 21 images");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "embed --out v.txt x.png | --out is v.txt, expected a name that ends in .npy or .csv",
                "embed --out v.npy --pooling sum x.png | --pooling is \"sum\", expected head, class, mean,",
                "embed --out v.npy --batch-size 0 x.png | --batch-size is 0, expected at least 1",
                "search --in nowhere x.png | --in is nowhere, expected a folder of images",
                "search --in . --top 0 x.png | --top is 0, expected at least 1"
            })
    void wrongUseIsOneLine(String line, String message) {
        CommandLine.Result result = rlrr((Object[]) line.split(" ", -1));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).startsWith("rlrr: " + message);
        assertThat(result.err().lines()).hasSize(1);
    }
}
