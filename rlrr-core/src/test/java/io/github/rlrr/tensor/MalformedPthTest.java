package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedPthTest {

    private static final byte[] SIX = TestFiles.floats(0, 1, 2, 3, 4, 5);

    @TempDir private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("model.pth"), content);
    }

    private static long[] of(long... values) {
        return values;
    }

    private static byte[] sound() {
        return TestPickle.one(6, 0, of(2, 3), of(3, 1));
    }

    @Test
    void aSoundFileIsReadWhateverItsStrides() throws IOException {
        Path file = file(TestPickle.archive(TestPickle.one(6, 1, of(2, 2), of(1, 3)), SIX));
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.readFloats("a")).containsExactly(1, 4, 2, 5);
        }
    }

    static Stream<Arguments> lies() {
        return Stream.of(
                Arguments.of(6, 0, of(7), of(1), "reaches out of its storage of 6 elements"),
                Arguments.of(6, 1, of(6), of(1), "reaches out of its storage of 6 elements"),
                Arguments.of(6, 7, of(0), of(1), "reaches out of its storage of 6 elements"),
                Arguments.of(6, -1, of(2), of(1), "(offset -1, strides [1])"),
                Arguments.of(6, 0, of(2), of(-1), "(offset 0, strides [-1])"),
                Arguments.of(6, 5, of(2), of(-5), "reaches out"),
                Arguments.of(6, 0, of(2), of(6), "reaches out"),
                Arguments.of(6, 0, of(2, 2), of(3, 3), "reaches out"),
                Arguments.of(6, 0, of(2), of(Long.MAX_VALUE), "reaches out"),
                Arguments.of(6, Long.MAX_VALUE, of(2), of(1), "reaches out"),
                Arguments.of(6, 0, of(3, 3), of(Long.MAX_VALUE, Long.MAX_VALUE), "reaches out"),
                Arguments.of(6, 0, of(-2), of(1), "has the dimension -2, expected at least 0"),
                Arguments.of(6, 0, of(Long.MIN_VALUE), of(1), "expected at least 0"),
                Arguments.of(6, 0, of(2, 3), of(1), "has 2 dimensions, but 1 strides"),
                Arguments.of(6, 0, of(1, 1, 1, 1, 1, 1, 1, 1, 1), new long[9], "has 9 dimensions"),
                Arguments.of(6, 0, of(1L << 62, 8), of(0, 0), "overflows a 64-bit byte count"),
                Arguments.of(6, 0, of(0, 1L << 62), of(0, 0), "overflows a 64-bit byte count"),
                Arguments.of(6, 0, of(5_000_000_000L), of(0), "expected at most 17179869184"),
                Arguments.of(6, 0, of(2_500_000_000L), of(0), "claims 10000000000 bytes by shar"),
                Arguments.of(7, 0, of(6), of(1), "is in a storage of 7 × 4 bytes, but data/0 has"),
                Arguments.of(5, 0, of(5), of(1), "is in a storage of 5 × 4 bytes, but data/0 has"),
                Arguments.of(-6, 0, of(6), of(1), "is in a storage of -6 × 4 bytes"),
                Arguments.of((1L << 62) + 6, 0, of(6), of(1), "is in a storage of 46116860184273"),
                Arguments.of(2_500_000_000L, 0, of(2_500_000_000L), of(1), "but data/0 has 24"));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void aTensorThatDoesNotFitItsStorageIsRefusedOnOpening(
            long count, long offset, long[] size, long[] stride, String reason) throws IOException {
        Path file = file(TestPickle.archive(TestPickle.one(count, offset, size, stride), SIX));
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(file + ": tensor \"a\" ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }

    @Test
    void tensorsThatShareAStorageCannotMultiplyWithoutBound() throws IOException {
        byte[] storage = new byte[1 << 20];
        long count = storage.length / 4;
        TestPickle pickle = new TestPickle().ops("}(");
        for (int i = 0; i < 100; i++) {
            pickle.text("t" + i).tensor(count, 0, of(count), of(1));
        }
        Path file = file(TestPickle.archive(pickle.ops("u").stop(), storage));
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining(
                        "tensor \"t66\" claims 1048576 bytes by sharing or repeating");
    }

    static Stream<Arguments> archives() {
        Map<String, byte[]> sound = TestPickle.entries(sound(), SIX);
        return Stream.of(
                Arguments.of(without(sound, "m/data/0"), "in the storage \"data/0\", which the"),
                Arguments.of(with(sound, "n/data.pkl", sound()), "is the second data.pkl"),
                Arguments.of(with(sound, "data/0", SIX), "\"data/0\" is outside of the root"),
                Arguments.of(with(sound, "m/../x", SIX), "\"m/../x\" has a name that leads"),
                Arguments.of(with(sound, "../x", SIX), "\"../x\" has a name that leads elsewhere"),
                Arguments.of(with(sound, "/m/x", SIX), "\"/m/x\" has a name that leads elsewhere"),
                Arguments.of(with(sound, "C:/x", SIX), "\"C:/x\" has a name that leads elsewhere"),
                Arguments.of(with(sound, "m\\x", SIX), "\"m\\x\" has a name that leads elsewhere"),
                Arguments.of(with(sound, "m/x\0y", SIX), "\"m/x\\u0000y\" has a name that leads"),
                Arguments.of(
                        with(sound, "m/byteorder", "big".getBytes(StandardCharsets.US_ASCII)),
                        "entry \"m/byteorder\" says \"big\", expected little"),
                Arguments.of(with(sound, "m/byteorder", new byte[99]), "says \"more than a word\""),
                Arguments.of(with(sound, "m/constants.pkl", SIX), "is a TorchScript program"),
                Arguments.of(with(sound, "m/code/a.py", SIX), "is a TorchScript program"),
                Arguments.of(with(sound, "m/data.pkl", new byte[0]), "is no pickle of protocol"));
    }

    private static Map<String, byte[]> with(Map<String, byte[]> entries, String name, byte[] data) {
        Map<String, byte[]> changed = new LinkedHashMap<>(entries);
        changed.put(name, data);
        return changed;
    }

    private static Map<String, byte[]> without(Map<String, byte[]> entries, String name) {
        Map<String, byte[]> changed = new LinkedHashMap<>(entries);
        changed.remove(name);
        return changed;
    }

    @ParameterizedTest
    @MethodSource("archives")
    void anArchiveThatTorchSaveWouldNotWriteIsRefused(Map<String, byte[]> entries, String reason)
            throws IOException {
        Path file = file(TestFiles.zip(ZipEntry.STORED, entries));
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aKeyThatLeadsOutOfTheArchiveFindsNothing() throws IOException {
        byte[] pickle =
                new String(sound(), StandardCharsets.ISO_8859_1)
                        .replace("X\1\0\0\0000", "X\11\0\0\000../../x/0")
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> TensorReader.open(file(TestPickle.archive(pickle, SIX))))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("in the storage \"data/../../x/0\", which the archive lacks");
    }

    @Test
    void compressedEntriesAreRefusedSinceTheyCouldBeBombs() throws IOException {
        byte[] bomb =
                TestFiles.zip(
                        ZipEntry.DEFLATED,
                        TestPickle.entries(
                                TestPickle.one(4_000_000, 0, of(4_000_000), of(1)),
                                new byte[16_000_000]));
        assertThat(bomb).hasSizeLessThan(20_000);
        assertThatThrownBy(() -> TensorReader.open(file(bomb)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("is compressed, expected it stored, as torch.save does");
    }

    @Test
    void anArchiveCutAnywhereIsRefusedOnOpening() throws IOException {
        byte[] whole = TestPickle.archive(sound(), SIX);
        for (int length = 0; length < whole.length; length++) {
            Path file = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TensorReader.open(file))
                    .as("%d bytes", length)
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageStartingWith(file + ": ");
        }
    }

    @Test
    void aFlippedBitOfDataOrPickleIsRefusedByItsChecksum() throws IOException {
        byte[] damaged = TestPickle.archive(sound(), SIX);
        damaged[TestFiles.find(damaged, "m/data/0", 0) + "m/data/0".length() + 20] ^= 1;
        Path file = file(damaged);
        try (TensorReader reader = TensorReader.open(file)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> reader.readFloats("a"))
                        .isInstanceOf(TensorFileException.class)
                        .hasMessageStartingWith(file + ": tensor \"a\" ")
                        .hasMessageContaining("data is damaged: its CRC-32 is");
            }
        }
        byte[] pickle = TestPickle.archive(sound(), SIX);
        pickle[TestFiles.find(pickle, "m/data.pkl", 0) + 20] ^= 1;
        assertThatThrownBy(() -> TensorReader.open(file(pickle)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("entry \"m/data.pkl\" cannot be read: data is damaged");
    }

    @Test
    void aSliceOfADamagedStorageIsRefusedToo() throws IOException {
        byte[] damaged = TestPickle.archive(TestPickle.one(6, 0, of(2), of(1)), SIX);
        damaged[TestFiles.find(damaged, "m/data/0", 0) + "m/data/0".length() + 20] ^= 1;
        try (TensorReader reader = TensorReader.open(file(damaged))) {
            assertThatThrownBy(() -> reader.readFloats("a"))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("CRC-32");
        }
    }

    @Test
    void anOldTarFileIsRefusedWithTheWayOut() throws IOException {
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        assertThatThrownBy(() -> TensorReader.open(file(tar)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("is a tar archive, as PyTorch wrote before 0.1.10");
    }
}
