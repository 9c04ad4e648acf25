package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzWriterTest {

    @TempDir private Path folder;

    private NDManager manager;
    private Path file;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager("PyTorch");
        file = folder.resolve("out.npz");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Map<String, NDArray> arrays() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        arrays.put("z/kernel", manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(3, 2)));
        arrays.put("a", manager.create(new float[] {-0.5f, 65504}, new Shape(2)));
        arrays.put("scalar", manager.create(7f));
        arrays.put("none", manager.zeros(new Shape(0, 4)));
        return arrays;
    }

    @Test
    void theBytesOfAnArrayAreThoseOfTheFormat() throws IOException {
        NpzWriter.write(file, arrays(), TensorType.F32);
        List<String> names = new ArrayList<>();
        List<String> headers = new ArrayList<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                names.add(entry.getName());
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
                byte[] bytes = zip.getInputStream(entry).readAllBytes();
                int length = (bytes[8] & 0xff) | (bytes[9] & 0xff) << 8;
                assertThat((10 + length) % 64).isZero();
                assertThat(bytes[9 + length]).isEqualTo((byte) '\n');
                assertThat(bytes).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
                String text = new String(bytes, 10, length, StandardCharsets.US_ASCII);
                headers.add(text.strip());
            }
        }
        assertThat(names).containsExactly("z/kernel.npy", "a.npy", "scalar.npy", "none.npy");
        assertThat(headers)
                .containsExactly(
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }",
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }");
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F32", "F16"})
    void comesBackInOrderAndExactly(TensorType type) throws IOException {
        Map<String, NDArray> arrays = arrays();
        NpzWriter.write(file, arrays, type);
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.tensors().keySet()).containsExactlyElementsOf(arrays.keySet());
            for (String name : arrays.keySet()) {
                assertThat(reader.tensors().get(name).type()).isEqualTo(type);
                assertThat(reader.tensors().get(name).shape())
                        .isEqualTo(arrays.get(name).getShape());
                assertThat(reader.readFloats(name)).isEqualTo(arrays.get(name).toFloatArray());
            }
        }
    }

    @Test
    void typesThatAreNoFloatsStay() throws IOException {
        NDArray whole = manager.create(new long[] {1, -2}, new Shape(2));
        NpzWriter.write(file, Map.of("n", whole), TensorType.F16);
        try (TensorReader reader = TensorReader.open(file);
                NDArray back = reader.read("n", manager)) {
            assertThat(back.getDataType()).isEqualTo(DataType.INT64);
            assertThat(back.toLongArray()).containsExactly(1, -2);
        }
    }

    @Test
    void equalContentGivesEqualBytes() throws IOException {
        Path other = folder.resolve("other.npz");
        NpzWriter.write(file, arrays(), TensorType.F32);
        NpzWriter.write(other, arrays(), TensorType.F32);
        assertThat(file).hasSameBinaryContentAs(other);
    }

    @Test
    void aValueBeyondTheTypeLeavesTheOldFile() throws IOException {
        Files.writeString(file, "old");
        assertThatThrownBy(
                        () ->
                                NpzWriter.write(
                                        file, Map.of("x", manager.create(70000f)), TensorType.F16))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("\"x\" holds 70000.0, beyond the range of F16");
        assertThat(file).hasContent("old");
        assertThat(folder).isDirectoryContaining(path -> path.equals(file));
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a//b", "../a", "a/..", "a\\b", "a\0"})
    void refusesNamesThatAreNoPaths(String name) {
        assertThatThrownBy(
                        () ->
                                NpzWriter.write(
                                        file, Map.of(name, manager.create(1f)), TensorType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be an entry of a zip archive");
        assertThat(file).doesNotExist();
    }
}
