package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {

    @TempDir private Path folder;

    private NDManager manager;
    private Path file;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager("PyTorch");
        file = folder.resolve("out.safetensors");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void theBytesAreThoseOfTheFormat() throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("z", manager.create(new byte[] {1, -1}, new Shape(2)));
        tensors.put("b", manager.create(new float[] {1, 2}, new Shape(2, 1)));
        tensors.put("a", manager.create(3f));
        SafetensorsWriter.write(file, tensors, Map.of("k", "<v>"));
        String json =
                "{\"__metadata__\":{\"k\":\"<v>\"},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[4,12]},"
                        + "\"z\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[12,14]}}";
        json += " ".repeat((8 - json.length() % 8) % 8);
        ByteBuffer data = TestFiles.little(14).putFloat(3).putFloat(1).putFloat(2);
        data.put((byte) 1).put((byte) -1);
        assertThat(Files.readAllBytes(file))
                .isEqualTo(TestFiles.safetensors(json, TestFiles.written(data)));
    }

    @Test
    void theOrderInWhichTensorsComeLeavesNoTrace() throws IOException {
        Map<String, NDArray> forth = new LinkedHashMap<>();
        forth.put("a", manager.create(1f));
        forth.put("b", manager.create(2L));
        Map<String, NDArray> back = new LinkedHashMap<>();
        back.put("b", forth.get("b"));
        back.put("a", forth.get("a"));
        Path other = folder.resolve("other");
        SafetensorsWriter.write(file, forth, Map.of());
        SafetensorsWriter.write(other, back, Map.of());
        assertThat(file).hasSameBinaryContentAs(other);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT64", "FLOAT32", "INT64", "INT32", "INT8", "UINT8", "BOOLEAN"})
    void everyTypeComesBackAsItWas(DataType type) throws IOException {
        // 70,000 elements: more than the writer takes at once.
        NDArray source = manager.arange(70_000f).mod(7).toType(type, true).reshape(700, 100);
        SafetensorsWriter.write(file, Map.of("x", source), Map.of());
        try (TensorReader reader = TensorReader.open(file)) {
            NDArray read = reader.read("x", manager);
            assertThat(read.getDataType()).isEqualTo(type);
            assertThat(read.getShape()).isEqualTo(source.getShape());
            assertThat(read.toByteArray()).isEqualTo(source.toByteArray());
        }
    }

    @Test
    void aModelComesBackAsItWas() throws IOException {
        try (TensorReader before =
                TensorReader.open(TestFiles.parity("tiny/base_timm.safetensors"))) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : before.tensors().keySet()) {
                tensors.put(name, before.read(name, manager));
            }
            SafetensorsWriter.write(file, tensors, before.metadata());
            try (TensorReader after = TensorReader.open(file)) {
                assertThat(after.tensors()).isEqualTo(before.tensors());
                assertThat(after.metadata()).isEqualTo(before.metadata());
                for (String name : before.tensors().keySet()) {
                    assertThat(after.readFloats(name)).isEqualTo(before.readFloats(name));
                }
            }
        }
    }

    @Test
    void aTransposedArrayIsWrittenRowByRow() throws IOException {
        NDArray source = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
        SafetensorsWriter.write(file, Map.of("x", source.transpose()), Map.of());
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.readFloats("x")).containsExactly(1, 4, 2, 5, 3, 6);
        }
    }

    @Test
    void writingLeavesNoArraysBehind() throws IOException {
        NDArray source = manager.ones(new Shape(3, 2)).transpose();
        source.setRequiresGradient(true);
        int before = manager.getManagedArrays().size();
        SafetensorsWriter.write(file, Map.of("x", source), Map.of(), TensorType.F16);
        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    @Test
    void floatsAreRoundedToTheTypeAskedForAndOthersKept() throws IOException {
        // 2049 and 2051 lie between the halves 2048, 2050 and 2052: ties go to even.
        Map<String, NDArray> tensors =
                Map.of(
                        "f32", manager.create(new float[] {2049, 2051, 0.1f}),
                        "f64", manager.create(new double[] {2049.0000001, 2051, 1e-8}),
                        "i32", manager.create(new int[] {2049}));
        SafetensorsWriter.write(file, tensors, Map.of(), TensorType.F16);
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.readFloats("f32")).containsExactly(2048, 2052, 0x1.998p-4f);
            assertThat(reader.readFloats("f64")).containsExactly(2050, 2052, 0);
            assertThat(reader.readFloats("i32")).containsExactly(2049);
            assertThat(reader.tensors().values())
                    .extracting(TensorInfo::type)
                    .containsExactly(TensorType.I32, TensorType.F16, TensorType.F16);
        }
    }

    @Test
    void halvesWidenExactly() throws IOException {
        NDArray halves = manager.create(new float[] {1.5f, -2}).toType(DataType.FLOAT16, true);
        SafetensorsWriter.write(file, Map.of("x", halves), Map.of(), TensorType.F32);
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.tensors().values())
                    .extracting(TensorInfo::type)
                    .containsOnly(TensorType.F32);
            assertThat(reader.readFloats("x")).containsExactly(1.5f, -2);
        }
        SafetensorsWriter.write(file, Map.of("x", halves), Map.of());
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.tensors().values())
                    .extracting(TensorInfo::type)
                    .containsOnly(TensorType.F16);
            assertThat(reader.readFloats("x")).containsExactly(1.5f, -2);
        }
    }

    @Test
    void aNumberBeyondTheTypeIsRefusedAndTheOldFileStays() throws IOException {
        Files.writeString(file, "old");
        Map<String, NDArray> large = Map.of("x", manager.create(new float[] {70000}));
        assertThatThrownBy(() -> SafetensorsWriter.write(file, large, Map.of(), TensorType.F16))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("tensor \"x\" holds 70000.0, beyond the range of F16");
        assertThat(file).hasContent("old");
        Map<String, NDArray> infinite =
                Map.of("x", manager.create(new float[] {Float.POSITIVE_INFINITY, Float.NaN}));
        SafetensorsWriter.write(file, infinite, Map.of(), TensorType.F16);
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.readFloats("x")).containsExactly(Float.POSITIVE_INFINITY, Float.NaN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "__metadata__", "\ud800"})
    void aNameTheFormatCannotHoldIsRefused(String name) {
        Map<String, NDArray> tensors = Map.of(name, manager.create(1f));
        assertThatThrownBy(() -> SafetensorsWriter.write(file, tensors, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tensor name \"");
        assertThat(file).doesNotExist();
    }

    @Test
    void floatsCanOnlyBecomeFloats() {
        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), Map.of(), TensorType.I32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("floatsAs is I32, expected F32 or F16");
    }

    @Test
    void aFileOfNothingCanBeWritten() throws IOException {
        SafetensorsWriter.write(file, Map.of(), Map.of());
        assertThat(Files.readAllBytes(file))
                .isEqualTo(TestFiles.safetensors("{}      ", new byte[0]));
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.tensors()).isEmpty();
        }
    }

    @Test
    void namesOutsideAsciiAndWithQuotesComeBack() throws IOException {
        String name = "blocks/é\"\n\u2028😀";
        SafetensorsWriter.write(file, Map.of(name, manager.create(1f)), Map.of("ü", "\t"));
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.tensors()).containsOnlyKeys(name);
            assertThat(reader.metadata()).containsExactly(Map.entry("ü", "\t"));
        }
    }

    @Test
    void theHeaderEndsOnAMultipleOfEight() throws IOException {
        for (int length = 1; length <= 8; length++) {
            SafetensorsWriter.write(file, Map.of("n".repeat(length), manager.create(1f)), Map.of());
            byte[] bytes = Files.readAllBytes(file);
            long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertThat(header % 8).isZero();
            assertThat(new String(bytes, 8, (int) header, StandardCharsets.UTF_8).stripTrailing())
                    .endsWith("}}");
        }
    }
}
