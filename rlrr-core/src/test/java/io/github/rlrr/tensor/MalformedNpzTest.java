package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedNpzTest {

    @TempDir private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("arrays.npz"), content);
    }

    private Path stored(byte[] npy) throws IOException {
        return file(TestFiles.zip(ZipEntry.STORED, Map.of("x.npy", npy)));
    }

    static Stream<Arguments> malformed() {
        String good = "'descr': '<f4', 'fortran_order': False, 'shape': (2,)";
        return Stream.of(
                Arguments.of("{%s}".formatted(good.replace("<f4", ">f4")), "is big-endian"),
                Arguments.of("{%s}".formatted(good.replace("<f4", "|O")), "pickled Python objects"),
                Arguments.of("{%s}".formatted(good.replace("<f4", "|V2")), "bfloat16"),
                Arguments.of("{%s}".formatted(good.replace("<f4", "<c8")), "dtype \"<c8\""),
                Arguments.of(
                        "{%s}".formatted(good.replace("'<f4'", "[('a', '<f4')]")), "structured"),
                Arguments.of("{%s}".formatted(good.replace("False", "0")), "True or False"),
                Arguments.of("{%s}".formatted(good.replace("(2,)", "(2)")), "a tuple"),
                Arguments.of("{%s}".formatted(good.replace("(2,)", "(,)")), "whole number"),
                Arguments.of("{%s}".formatted(good.replace("(2,)", "(-2,)")), "whole number"),
                Arguments.of("{%s}".formatted(good.replace("(2,)", "(02,)")), "whole number"),
                Arguments.of("{%s}".formatted(good.replace("(2,)", "(2 1)")), "',' or ')'"),
                Arguments.of("{%s}".formatted(good.replace("(2,)", "(3,)")), "expected 12 for F32"),
                Arguments.of(
                        "{%s}".formatted(good.replace("(2,)", "(1,1,1,1,1,1,1,1,2)")),
                        "more than 8 dimensions"),
                Arguments.of(
                        "{%s}".formatted(good.replace("(2,)", "(4294967296,4294967296)")),
                        "overflows a 64-bit"),
                Arguments.of(
                        "{%s}".formatted(good.replace("(2,)", "(10000000000,)")),
                        "claims 40000000000 bytes, expected at most"),
                Arguments.of("{%s, 'x': 1}".formatted(good), "unknown key \"x\""),
                Arguments.of("{%s, %s}".formatted(good, good), "descr twice"),
                Arguments.of("{'descr': '<f4'}", "without descr, fortran_order or shape"),
                Arguments.of("{%s".formatted(good), "expected '}'"),
                Arguments.of("{%s} x".formatted(good), "expected the end"),
                Arguments.of("{%s}\n\n".formatted(good), "expected the end"),
                Arguments.of("{'descr", "a text that ends"),
                Arguments.of("{'d\\x65scr': 1}", "without escapes"),
                Arguments.of("", "expected '{'"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void anArrayHeaderAgainstTheFormatIsRefusedWithItsReason(String dictionary, String reason)
            throws IOException {
        Path file = stored(TestFiles.npy(1, dictionary, TestFiles.floats(1, 2)));
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(file + ": tensor \"x\" ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }

    @Test
    void anArrayCutAnywhereIsRefusedOnOpening() throws IOException {
        byte[] whole = TestFiles.npy("<f4", false, "(2,)", TestFiles.floats(1, 2));
        for (int length = 0; length < whole.length; length++) {
            Path file = stored(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TensorReader.open(file))
                    .as("%d bytes", length)
                    .isInstanceOf(TensorFileException.class);
        }
        Path longer = stored(Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> TensorReader.open(longer))
                .hasMessageContaining("has 9 bytes of data, expected 8 for F32 (2)");
    }

    @Test
    void anUnknownVersionIsRefused() throws IOException {
        byte[] npy = TestFiles.npy(4, "{}", new byte[0]);
        assertThatThrownBy(() -> TensorReader.open(stored(npy)))
                .hasMessageContaining("npy version 4.0, expected 1.0, 2.0 or 3.0");
    }

    @Test
    void aHugeHeaderClaimIsRefused() throws IOException {
        byte[] npy = TestFiles.npy(2, "{}", new byte[0]);
        ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN).putInt(8, -1);
        assertThatThrownBy(() -> TensorReader.open(stored(npy)))
                .hasMessageContaining("claims a header of 4294967295 bytes");
        ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 99_000_000);
        assertThatThrownBy(() -> TensorReader.open(stored(npy)))
                .hasMessageContaining("ends inside its npy header");
    }

    @Test
    void anArchiveThatWasCutShortIsSaidToBe() throws IOException {
        byte[] whole = TestFiles.zip(ZipEntry.STORED, Map.of("x.npy", new byte[1000]));
        Path cut = file(Arrays.copyOf(whole, whole.length - 30));
        assertThatThrownBy(() -> TensorReader.open(cut))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(cut + ": is a damaged zip archive, or one cut short (")
                .hasMessageEndingWith("), expected a whole one; copy or download it again");
    }
}
