package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsReaderTest {

    @TempDir private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("model.safetensors"), content);
    }

    @Test
    void theBfloat16ModelIsTheFloat32ModelRoundedToNearestEven() throws IOException {
        try (TensorReader exact =
                        TensorReader.open(TestFiles.parity("tiny/base_timm.safetensors"));
                TensorReader rounded =
                        TensorReader.open(TestFiles.parity("tiny/base_timm_bf16.safetensors"));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(rounded.tensors().keySet()).isEqualTo(exact.tensors().keySet());
            assertThat(exact.tensors()).isNotEmpty();
            for (String name : exact.tensors().keySet()) {
                int[] expected = bits(exact.readFloats(name));
                for (int i = 0; i < expected.length; i++) {
                    // Add half of the dropped range, less one where the kept part is even.
                    int keptOdd = (expected[i] >>> 16) & 1;
                    expected[i] = (expected[i] + 0x7fff + keptOdd) & 0xffff0000;
                }
                assertThat(bits(rounded.readFloats(name))).as(name).isEqualTo(expected);
                try (NDArray array = rounded.read(name, manager)) {
                    assertThat(array.getDataType()).isEqualTo(DataType.FLOAT32);
                    assertThat(array.getShape())
                            .isEqualTo(Objects.requireNonNull(rounded.tensors().get(name)).shape());
                    assertThat(bits(array.toFloatArray())).as(name).isEqualTo(expected);
                }
            }
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    @Test
    void headersOfPublishedLayoutsAreListedInFileOrder() throws IOException {
        try (TensorReader reader =
                TensorReader.open(TestFiles.parity("tiny/base_timm.safetensors"))) {
            assertThat(reader.metadata()).containsExactly(Map.entry("format", "pt"));
            assertThat(reader.tensors().keySet()).startsWith("cls_token", "pos_embed");
            assertThat(reader.tensors().get("blocks.0.attn.qkv.weight"))
                    .isEqualTo(
                            new TensorInfo(
                                    "blocks.0.attn.qkv.weight", TensorType.F32, new Shape(96, 32)));
        }
        try (TensorReader reader =
                TensorReader.open(TestFiles.parity("tiny/base_huggingface.safetensors"))) {
            assertThat(reader.tensors()).containsKey("vit.embeddings.cls_token");
        }
    }

    @Test
    void theTimmAndHuggingFaceLayoutsHoldTheSameNumbers() throws IOException {
        try (TensorReader timm = TensorReader.open(TestFiles.parity("tiny/base_timm.safetensors"));
                TensorReader hf =
                        TensorReader.open(TestFiles.parity("tiny/base_huggingface.safetensors"))) {
            assertThat(hf.readFloats("vit.embeddings.cls_token"))
                    .isEqualTo(timm.readFloats("cls_token"));
        }
    }

    @Test
    void everyTypeIsReadWithItsOwnValues() throws IOException {
        ByteBuffer data = TestFiles.little(34 * 2);
        data.putDouble(-1.5).putDouble(1e-3).putLong(-7).putLong(1L << 24);
        data.putFloat(0.1f).putFloat(-0f).putInt(-3).putInt(70000);
        data.putShort((short) 0x3c00).putShort((short) 0x0001);
        data.putShort((short) 0x3f80).putShort((short) 0xc000);
        data.putShort((short) -300).putShort((short) 300);
        data.put((byte) -128).put((byte) 127).put((byte) 0).put((byte) 255);
        data.put((byte) 1).put((byte) 0);
        StringBuilder json = new StringBuilder("{");
        int begin = 0;
        for (TensorType type :
                new TensorType[] {
                    TensorType.F64, TensorType.I64, TensorType.F32, TensorType.I32, TensorType.F16,
                    TensorType.BF16, TensorType.I16, TensorType.I8, TensorType.U8, TensorType.BOOL
                }) {
            int end = begin + 2 * type.byteSize();
            json.append(begin == 0 ? "" : ",")
                    .append(
                            "\"%s\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[%d,%d]}"
                                    .formatted(type, type, begin, end));
            begin = end;
        }
        byte[] bytes = TestFiles.safetensors(json + "}", TestFiles.written(data));
        try (TensorReader reader = TensorReader.open(file(bytes));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(reader.read("F64", manager).toDoubleArray()).containsExactly(-1.5, 1e-3);
            assertThat(reader.read("I64", manager).toLongArray()).containsExactly(-7, 1L << 24);
            assertThat(reader.read("F32", manager).toFloatArray()).containsExactly(0.1f, -0f);
            assertThat(reader.read("I32", manager).toIntArray()).containsExactly(-3, 70000);
            assertThat(reader.read("F16", manager).toFloatArray()).containsExactly(1f, 0x1p-24f);
            assertThat(reader.read("BF16", manager).toFloatArray()).containsExactly(1f, -2f);
            assertThat(reader.read("I16", manager).toIntArray()).containsExactly(-300, 300);
            assertThat(reader.read("I8", manager).toByteArray()).containsExactly(-128, 127);
            assertThat(reader.read("U8", manager).toUint8Array()).containsExactly(0, 255);
            assertThat(reader.read("BOOL", manager).toBooleanArray()).containsExactly(true, false);
            assertThat(manager.getManagedArrays()).hasSize(10);

            assertThat(reader.readFloats("F64")).containsExactly(-1.5f, 1e-3f);
            assertThat(reader.readFloats("I64")).containsExactly(-7f, 0x1p24f);
            assertThat(reader.readFloats("I32")).containsExactly(-3f, 70000f);
            assertThat(reader.readFloats("I16")).containsExactly(-300f, 300f);
            assertThat(reader.readFloats("I8")).containsExactly(-128f, 127f);
            assertThat(reader.readFloats("U8")).containsExactly(0f, 255f);
            assertThatThrownBy(() -> reader.readFloats("BOOL"))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("tensor \"BOOL\" is BOOL, expected numbers");
        }
    }

    static Stream<Arguments> unfit() {
        return Stream.of(
                Arguments.of("I64", TestFiles.written(TestFiles.little(8).putLong((1 << 24) + 1))),
                Arguments.of("I64", TestFiles.written(TestFiles.little(8).putLong(Long.MAX_VALUE))),
                Arguments.of(
                        "I32", TestFiles.written(TestFiles.little(4).putInt(Integer.MAX_VALUE))),
                Arguments.of("F64", TestFiles.written(TestFiles.little(8).putDouble(1e300))));
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void aNumberWithoutPlaceInAFloatIsRefused(String type, byte[] data) throws IOException {
        String json =
                "{\"x\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}"
                        .formatted(type, data.length);
        try (TensorReader reader = TensorReader.open(file(TestFiles.safetensors(json, data)))) {
            assertThatThrownBy(() -> reader.readFloats("x"))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("use read for it");
        }
    }

    @Test
    void aTruthValueOtherThanZeroAndOneIsRefused() throws IOException {
        String json = "{\"x\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]}}";
        try (TensorReader reader =
                        TensorReader.open(file(TestFiles.safetensors(json, new byte[] {1, 0, 7})));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThatThrownBy(() -> reader.read("x", manager))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("holds the byte 7, expected 0 or 1");
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    @Test
    void scalarsAndEmptyTensorsAreRead() throws IOException {
        String json =
                "{\"e\":{\"dtype\":\"F32\",\"shape\":[3,0],\"data_offsets\":[0,0]},"
                        + "\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}";
        try (TensorReader reader =
                        TensorReader.open(file(TestFiles.safetensors(json, TestFiles.floats(5))));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(reader.read("e", manager).getShape()).isEqualTo(new Shape(3, 0));
            assertThat(reader.read("s", manager).getShape()).isEqualTo(new Shape());
            assertThat(reader.readFloats("e")).isEmpty();
            assertThat(reader.readFloats("s")).containsExactly(5f);
        }
    }

    @Test
    void anArrayFilledInPartsEqualsOneFilledAtOnce() throws IOException {
        try (SafetensorsReader reader =
                        SafetensorsReader.open(
                                TestFiles.parity("tiny/base_timm_bf16.safetensors"),
                                ReadLimits.DEFAULTS);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            String name = "blocks.1.mlp.fc1.weight";
            TensorInfo tensor = Objects.requireNonNull(reader.tensors().get(name));
            NDArray parts = ArrayDecoder.decode(tensor, reader.bytes(tensor), manager, 37);
            assertThat(parts.toFloatArray()).isEqualTo(reader.readFloats(name));
            assertThat(parts.getShape()).isEqualTo(tensor.shape());
        }
    }
}
