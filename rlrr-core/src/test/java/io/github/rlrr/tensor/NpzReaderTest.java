package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzReaderTest {

    @TempDir private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("arrays.npz"), content);
    }

    private Path stored(byte[] npy) throws IOException {
        return file(TestFiles.zip(ZipEntry.STORED, Map.of("x.npy", npy)));
    }

    @Test
    void theParityTrainingRecordHasTheRatesItDescribes() throws IOException {
        try (TensorReader reader = TensorReader.open(TestFiles.parity("tiny/io.npz"));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(reader.tensors().keySet()).startsWith("images", "labels", "base_logits");
            assertThat(reader.metadata()).isEmpty();
            float[] rates = reader.readFloats("train_lrs");
            assertThat(rates).hasSize(8);
            for (int step = 0; step < 8; step++) {
                assertThat((double) rates[step]).isCloseTo(3e-3 * (step + 1) / 8, within(1e-9));
            }
            assertThat(reader.read("labels", manager).getDataType()).isEqualTo(DataType.INT64);
            assertThat(Arrays.stream(reader.read("labels", manager).toLongArray()).boxed())
                    .hasSize(4)
                    .allMatch(label -> label >= 0 && label < 5);
            assertThat(reader.read("images", manager).getShape())
                    .isEqualTo(new Shape(4, 3, 16, 16));
            assertThat(reader.read("loss", manager).getShape()).isEqualTo(new Shape());
        }
    }

    @Test
    void theConvolutionCaseHasTheStrideItDescribes() throws IOException {
        try (TensorReader reader = TensorReader.open(TestFiles.parity("conv/conv.npz"));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(reader.read("k3/stride_padding", manager).toIntArray())
                    .containsExactly(2, 1);
        }
    }

    @Test
    void theNpzAndTheSafetensorsFormOfTheModelHoldTheSameNumbers() throws IOException {
        try (TensorReader google = TensorReader.open(TestFiles.parity("tiny/base_google.npz"));
                TensorReader timm =
                        TensorReader.open(TestFiles.parity("tiny/base_timm.safetensors"))) {
            assertThat(google.readFloats("cls")).isEqualTo(timm.readFloats("cls_token"));
            assertThat(google.readFloats("Transformer/encoder_norm/scale"))
                    .isEqualTo(timm.readFloats("norm.weight"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
    void everyTypeIsReadStoredOrDeflated(int method) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        put(entries, "<f8", TestFiles.little(16).putDouble(-1.5).putDouble(3));
        put(entries, "<f4", TestFiles.little(8).putFloat(-1.5f).putFloat(3));
        put(entries, "<f2", TestFiles.little(4).putShort((short) 0xbe00).putShort((short) 0x4200));
        put(entries, "<i8", TestFiles.little(16).putLong(-2).putLong(3));
        put(entries, "<i4", TestFiles.little(8).putInt(-2).putInt(3));
        put(entries, "<i2", TestFiles.little(4).putShort((short) -2).putShort((short) 3));
        put(entries, "|i1", TestFiles.little(2).put((byte) -2).put((byte) 3));
        put(entries, "|u1", TestFiles.little(2).put((byte) 254).put((byte) 3));
        put(entries, "|b1", TestFiles.little(2).put((byte) 1).put((byte) 0));
        try (TensorReader reader = TensorReader.open(file(TestFiles.zip(method, entries)));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(reader.read("<f8", manager).toDoubleArray()).containsExactly(-1.5, 3);
            assertThat(reader.read("<f4", manager).toFloatArray()).containsExactly(-1.5f, 3);
            assertThat(reader.read("<f2", manager).toFloatArray()).containsExactly(-1.5f, 3);
            assertThat(reader.read("<i8", manager).toLongArray()).containsExactly(-2, 3);
            assertThat(reader.read("<i4", manager).toIntArray()).containsExactly(-2, 3);
            assertThat(reader.read("<i2", manager).toIntArray()).containsExactly(-2, 3);
            assertThat(reader.read("|i1", manager).toByteArray()).containsExactly(-2, 3);
            assertThat(reader.read("|u1", manager).toUint8Array()).containsExactly(254, 3);
            assertThat(reader.read("|b1", manager).toBooleanArray()).containsExactly(true, false);
            assertThat(manager.getManagedArrays()).hasSize(9);
            assertThat(reader.readFloats("<f2")).containsExactly(-1.5f, 3);
            assertThat(reader.readFloats("<i2")).containsExactly(-2, 3);
        }
    }

    private static void put(Map<String, byte[]> entries, String descr, ByteBuffer data) {
        byte[] npy = TestFiles.npy(descr, false, "(2,)", TestFiles.written(data));
        entries.put(descr + ".npy", npy);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyHeaderVersionIsRead(int version) throws IOException {
        String dictionary = "{\"shape\": ( 1 ,2 ), 'fortran_order':False,'descr':'<f4'}     \n";
        byte[] npy = TestFiles.npy(version, dictionary, TestFiles.floats(1, 2));
        try (TensorReader reader = TensorReader.open(stored(npy))) {
            assertThat(reader.readFloats("x")).containsExactly(1, 2);
        }
    }

    @Test
    void fortranOrderIsTurnedIntoRows() throws IOException {
        // Column-major: x[i][j][k] lies at i + 2 (j + 3 k).
        ByteBuffer data = TestFiles.little(24 * 4);
        float[] expected = new float[24];
        for (int k = 0; k < 4; k++) {
            for (int j = 0; j < 3; j++) {
                for (int i = 0; i < 2; i++) {
                    data.putFloat(100 * i + 10 * j + k);
                    expected[(i * 3 + j) * 4 + k] = 100 * i + 10 * j + k;
                }
            }
        }
        byte[] npy = TestFiles.npy("<f4", true, "(2, 3, 4)", TestFiles.written(data));
        try (TensorReader reader = TensorReader.open(stored(npy));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(reader.readFloats("x")).isEqualTo(expected);
            assertThat(reader.read("x", manager).toFloatArray()).isEqualTo(expected);
            assertThat(reader.read("x", manager).getShape()).isEqualTo(new Shape(2, 3, 4));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"()", "(1,)", "(1, 1, 1)"})
    void oneNumberInFortranOrderIsItself(String shape) throws IOException {
        byte[] npy = TestFiles.npy("<f4", true, shape, TestFiles.floats(7));
        try (TensorReader reader = TensorReader.open(stored(npy))) {
            assertThat(reader.readFloats("x")).containsExactly(7);
        }
    }

    @Test
    void nothingInFortranOrderIsNothing() throws IOException {
        byte[] npy = TestFiles.npy("<f4", true, "(3, 0)", new byte[0]);
        try (TensorReader reader = TensorReader.open(stored(npy))) {
            assertThat(reader.readFloats("x")).isEmpty();
        }
    }
}
