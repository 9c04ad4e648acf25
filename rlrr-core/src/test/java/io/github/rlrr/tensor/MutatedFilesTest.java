package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever happens to the bytes of a file, only a {@link TensorFileException} comes out. */
class MutatedFilesTest {

    private static final int MUTATIONS = 1500;

    /** Bytes that mean something to one of the formats. */
    private static final byte[] TELLING = {0, 1, -1, 127, -128, '{', '}', '"', '(', ',', '9', 'P'};

    @TempDir private Path folder;

    private static byte[] safetensors() {
        return TestFiles.safetensors(
                "{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                        + "\"é\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]},"
                        + "\"b\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[10,12]}}",
                new byte[12]);
    }

    private static byte[] npz(int method) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("a.npy", TestFiles.npy("<f4", false, "(2, 1)", TestFiles.floats(1, 2)));
        entries.put("é/b.npy", TestFiles.npy("<f4", true, "(1, 2)", TestFiles.floats(1, 2)));
        entries.put("c.npy", TestFiles.npy("|b1", false, "()", new byte[1]));
        return TestFiles.zip(method, entries);
    }

    private static byte[] pth() throws IOException {
        byte[] pickle =
                new TestPickle()
                        .ops("}(")
                        .text("a")
                        .tensor(6, 0, new long[] {2, 3}, new long[] {3, 1})
                        .text("é")
                        .tensor(6, 1, new long[] {2, 2}, new long[] {1, 3})
                        .ops("u")
                        .stop();
        return TestPickle.archive(pickle, TestFiles.floats(0, 1, 2, 3, 4, 5));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @CsvSource({
        "safetensors, 1",
        "safetensors, 2",
        "stored, 3",
        "stored, 4",
        "deflated, 5",
        "deflated, 6",
        "pth, 7",
        "pth, 8"
    })
    void aMutatedFileIsReadOrRefused(String kind, long seed) throws IOException {
        byte[] original =
                switch (kind) {
                    case "safetensors" -> safetensors();
                    case "stored" -> npz(ZipEntry.STORED);
                    case "pth" -> pth();
                    default -> npz(ZipEntry.DEFLATED);
                };
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            for (int i = 0; i < MUTATIONS; i++) {
                // A name of its own each: the JDK keeps zip directories by name and time.
                Path file = folder.resolve("mutated" + i);
                Files.write(file, mutate(original, random));
                try {
                    readAll(file, manager);
                } catch (TensorFileException e) {
                    refused++;
                    assertThat(e).hasMessageStartingWith(file + ": ").hasMessageNotContaining("\n");
                } catch (Exception | Error e) {
                    throw new AssertionError("mutation %d of seed %d".formatted(i, seed), e);
                }
                Files.delete(file);
            }
            assertThat(manager.getManagedArrays()).isEmpty();
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 4);
    }

    private static void readAll(Path file, NDManager manager) throws IOException {
        try (TensorReader reader = TensorReader.open(file)) {
            for (TensorInfo tensor : reader.tensors().values()) {
                try (NDArray array = reader.read(tensor.name(), manager)) {
                    assertThat(array.getShape()).isEqualTo(tensor.shape());
                }
                if (tensor.type() != TensorType.BOOL) {
                    assertThat(reader.readFloats(tensor.name()))
                            .hasSize((int) tensor.elementCount());
                }
            }
        }
    }

    private static byte[] mutate(byte[] original, SplittableRandom random) {
        byte[] mutated = original.clone();
        for (int n = random.nextInt(1, 4); n > 0; n--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(5)) {
                case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutated[at] = TELLING[random.nextInt(TELLING.length)];
                case 2 -> mutated[at] = (byte) random.nextInt();
                case 3 -> mutated = Arrays.copyOf(mutated, Math.max(1, at));
                default -> {
                    // Repeat a stretch elsewhere, as a bad copy would.
                    int length = random.nextInt(Math.min(16, mutated.length - at) + 1);
                    int to = random.nextInt(mutated.length - length + 1);
                    System.arraycopy(mutated, at, mutated, to, length);
                }
            }
        }
        return mutated;
    }
}
