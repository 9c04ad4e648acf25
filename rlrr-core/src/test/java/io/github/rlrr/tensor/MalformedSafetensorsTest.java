package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MalformedSafetensorsTest {

    private static final String TWO =
            "{\"__metadata__\":{\"format\":\"pt\"},"
                    + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                    + "\"b\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[8,9]}}   ";

    @TempDir private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("model.safetensors"), content);
    }

    private Path file(String json, int dataBytes) throws IOException {
        return file(TestFiles.safetensors(json, new byte[dataBytes]));
    }

    @Test
    void aFileCutAnywhereIsRefusedOnOpening() throws IOException {
        byte[] whole = TestFiles.safetensors(TWO, new byte[9]);
        for (int length = 0; length < whole.length; length++) {
            Path cut = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TensorReader.open(cut))
                    .as("%d bytes", length)
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageStartingWith(cut + ": ");
        }
        assertThatThrownBy(() -> TensorReader.open(file(Arrays.copyOf(whole, whole.length + 1))))
                .hasMessageContaining("has 10 bytes of data, expected the 9")
                .hasMessageContaining("too long");
        TensorReader.open(file(whole)).close();
    }

    @Test
    void aFileCutAfterOpeningIsRefusedOnReading() throws IOException {
        Path file = file(TestFiles.safetensors(TWO, new byte[9]));
        try (TensorReader reader = TensorReader.open(file);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(Files.size(file) - 4);
            }
            assertThatThrownBy(() -> reader.read("a", manager))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("tensor \"a\" ends before its 8 bytes");
            assertThatThrownBy(() -> reader.readFloats("b"))
                    .isInstanceOf(TensorFileException.class);
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    private static String tensor(String dtype, String shape, String offsets) {
        return "{\"x\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}}"
                .formatted(dtype, shape, offsets);
    }

    static Stream<Arguments> malformed() {
        String good = "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]";
        return Stream.of(
                Arguments.of("", "does not begin with '{'"),
                Arguments.of("[]", "does not begin with '{'"),
                Arguments.of(" {}", "does not begin with '{'"),
                Arguments.of("{}{}", "malformed header"),
                Arguments.of("{'x':1}", "malformed header"),
                Arguments.of("{\"x\":1}", "malformed header"),
                Arguments.of("{\"x\":{%s},}".formatted(good), "malformed header"),
                Arguments.of("{\"x\":{%s},\"x\":{%s}}".formatted(good, good), "header twice"),
                Arguments.of("{\"x\":{%s,\"shape\":[2]}}".formatted(good), "has shape twice"),
                Arguments.of("{\"x\":{%s,\"y\":1}}".formatted(good), "unknown key \"y\""),
                Arguments.of("{\"x\":{\"dtype\":\"F32\"}}", "lacks dtype, shape"),
                Arguments.of(tensor("\"F8_E4M3\"", "[8]", "[0,8]"), "the dtype \"F8_E4M3\""),
                Arguments.of(tensor("3", "[8]", "[0,8]"), "a NUMBER as dtype"),
                Arguments.of(tensor("\"F32\"", "[-2]", "[0,8]"), "no whole number"),
                Arguments.of(tensor("\"F32\"", "[2.0]", "[0,8]"), "no whole number"),
                Arguments.of(tensor("\"F32\"", "[\"2\"]", "[0,8]"), "no whole number"),
                Arguments.of(tensor("\"F32\"", "[1e0]", "[0,8]"), "no whole number"),
                Arguments.of(tensor("\"F32\"", "[2]", "[0,8,8]"), "more than 2 numbers"),
                Arguments.of(tensor("\"F32\"", "[2]", "[8]"), "lacks dtype"),
                Arguments.of(tensor("\"F32\"", "[2]", "[8,0]"), "has data_offsets [8, 0]"),
                Arguments.of(tensor("\"F32\"", "[3]", "[0,8]"), "expected 12 bytes for F32 (3)"),
                Arguments.of(
                        tensor("\"F32\"", "[1,1,1,1,1,1,1,1,2]", "[0,8]"),
                        "more than 8 numbers in shape"),
                Arguments.of(
                        tensor("\"F32\"", "[4611686018427387,4096]", "[0,8]"),
                        "overflows a 64-bit"),
                Arguments.of(
                        tensor("\"F32\"", "[0,461168601842738790,46116860184273879]", "[0,0]"),
                        "overflows a 64-bit"),
                Arguments.of(
                        tensor("\"F32\"", "[10000000000]", "[0,40000000000]"),
                        "claims 40000000000 bytes, expected at most 17179869184"),
                Arguments.of(
                        tensor("\"F32\"", "[1000]", "[0,4000]"), "has 8 bytes of data, expected"),
                Arguments.of(tensor("\"F32\"", "[1]", "[4,8]"), "begins at byte 4"),
                Arguments.of(tensor("\"F32\"", "[1]", "[0,4]"), "has 8 bytes of data"),
                Arguments.of(
                        "{\"x\":{%s},\"y\":{%s}}".formatted(good, good), "begins at byte 0 of"),
                Arguments.of("{\"__metadata__\":{\"a\":1}}", "a NUMBER in __metadata__"),
                Arguments.of("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", "\"a\" in __metadata__"),
                Arguments.of("{\"__metadata__\":{},\"__metadata__\":{}}", "__metadata__ twice"),
                Arguments.of("{\"x\":" + "[".repeat(5000), "malformed header"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aHeaderAgainstTheFormatIsRefusedWithItsReason(String json, String reason)
            throws IOException {
        Path file = file(json, 8);
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aHeaderThatIsNoUtf8IsRefused() throws IOException {
        byte[] bytes = TestFiles.safetensors("{\"?\":0}", new byte[0]);
        bytes[10] = (byte) 0xff;
        assertThatThrownBy(() -> TensorReader.open(file(bytes)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("malformed header");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1000, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void aHeaderLengthBeyondTheFileIsRefusedBeforeAnythingIsAllocated(long length)
            throws IOException {
        byte[] bytes = TestFiles.written(TestFiles.little(8).putLong(length));
        assertThatThrownBy(() -> TensorReader.open(file(bytes)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("claims a header of " + Long.toUnsignedString(length));
    }

    @Test
    void limitsAreKept() throws IOException {
        Path file = file(TWO, 9);
        ReadLimits limits = ReadLimits.DEFAULTS;
        assertThatThrownBy(() -> TensorReader.open(file, limits.withMaxHeaderBytes(20)))
                .hasMessageContaining("expected at most 20 (ReadLimits.maxHeaderBytes)");
        assertThatThrownBy(() -> TensorReader.open(file, limits.withMaxTensors(1)))
                .hasMessageContaining("more than 1 tensors (ReadLimits.maxTensors)");
        assertThatThrownBy(() -> TensorReader.open(file, limits.withMaxDimensions(0)))
                .hasMessageContaining("more than 0 numbers in shape");
        assertThatThrownBy(() -> TensorReader.open(file, limits.withMaxTensorBytes(7)))
                .hasMessageContaining("claims 8 bytes, expected at most 7");
    }
}
