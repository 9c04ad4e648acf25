package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that mean harm, whichever reader they are for. */
class HostileArchiveTest {

    // Offsets inside an entry of a zip archive's directory.
    private static final String DIRECTORY_ENTRY = "PK\u0001\u0002";
    private static final int FLAGS = 8;
    private static final int METHOD = 10;
    private static final int SIZE = 24;
    private static final int OFFSET = 42;

    private static final byte[] NPY = TestFiles.npy("<f4", false, "(2,)", TestFiles.floats(1, 2));

    @TempDir private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("archive"), content);
    }

    private static byte[] two() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("a.npy", NPY);
        entries.put("b.npy", NPY);
        return TestFiles.zip(ZipEntry.STORED, entries);
    }

    private static int entry(byte[] zip, int number) {
        int at = -1;
        for (int i = 0; i <= number; i++) {
            at = TestFiles.find(zip, DIRECTORY_ENTRY, at + 1);
        }
        return at;
    }

    private static ByteBuffer patch(byte[] zip) {
        return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x.npy",
                "a/../../x.npy",
                "a/..",
                "..",
                "./x.npy",
                "/etc/x.npy",
                "C:/x.npy",
                "a\\x.npy",
                "..\\x.npy",
                "a\u0000.npy",
                "a\nb.npy"
            })
    void aNameThatLeadsElsewhereIsRefused(String name) throws IOException {
        Path file = file(TestFiles.zip(ZipEntry.STORED, Map.of(name, NPY)));
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(file + ": entry \"")
                .hasMessageContaining("has a name that leads elsewhere, expected a plain path")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a..b.npy", "w:0.npy", ".hidden.npy", "a/.b/c.npy", "a b/ü.npy"})
    void anOddNameThatLeadsNowhereIsRead(String name) throws IOException {
        try (TensorReader reader =
                TensorReader.open(file(TestFiles.zip(ZipEntry.STORED, Map.of(name, NPY))))) {
            assertThat(reader.readFloats(name.replace(".npy", ""))).containsExactly(1, 2);
        }
    }

    @Test
    void entriesThatOverlapAreRefusedEvenWhereTheFileIsLongEnough() throws IOException {
        byte[] same = two();
        patch(same).putInt(entry(same, 1) + OFFSET, 0);
        assertThatThrownBy(() -> TensorReader.open(file(same)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("its entry \"a.npy\" overlaps with \"b.npy\"");
        byte[] into = two();
        int second = patch(into).getInt(entry(into, 1) + OFFSET);
        patch(into).putInt(entry(into, 1) + OFFSET, second - 20);
        assertThatThrownBy(() -> TensorReader.open(file(into)))
                .hasMessageContaining("its entry \"a.npy\" overlaps with \"b.npy\"");
        byte[] directory = two();
        patch(directory).putInt(entry(directory, 1) + OFFSET, entry(directory, 0) - 40);
        assertThatThrownBy(() -> TensorReader.open(file(directory)))
                .hasMessageContaining("its entry \"b.npy\" overlaps with the directory");
    }

    @ParameterizedTest
    @CsvSource({"2147483647", "-1", "-2", "1", "60"})
    void anEntryThatIsNotWhereTheDirectorySaysIsRefused(int offset) throws IOException {
        byte[] zip = TestFiles.zip(ZipEntry.STORED, Map.of("a.npy", NPY));
        patch(zip).putInt(entry(zip, 0) + OFFSET, offset);
        Path file = file(zip);
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(file + ": ");
    }

    @Test
    void anEncryptedEntryIsRefused() throws IOException {
        byte[] zip = TestFiles.zip(ZipEntry.STORED, Map.of("a.npy", NPY));
        zip[entry(zip, 0) + FLAGS] |= 1;
        assertThatThrownBy(() -> TensorReader.open(file(zip)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("encrypted");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 12, 14, 93, 99})
    void anUnknownCompressionIsRefused(int method) throws IOException {
        byte[] zip = TestFiles.zip(ZipEntry.STORED, Map.of("a.npy", NPY));
        zip[entry(zip, 0) + METHOD] = (byte) method;
        assertThatThrownBy(() -> TensorReader.open(file(zip)))
                .isInstanceOf(TensorFileException.class);
    }

    @Test
    void whatComesBeforeTheArchiveIsPassed() throws IOException {
        byte[] zip = two();
        byte[] magic = {'P', 'K', 3, 4};
        byte[] prefixed = Arrays.copyOf(magic, zip.length + 100);
        System.arraycopy(zip, 0, prefixed, 100, zip.length);
        try (TensorReader reader = TensorReader.open(file(prefixed))) {
            assertThat(reader.readFloats("b")).containsExactly(1, 2);
        }
    }

    @Test
    void anEndRecordInACommentDoesNotHideAnotherDirectory() throws IOException {
        // The archive of one inside the comment of the archive of two.
        byte[] outer = two();
        byte[] inner = TestFiles.zip(ZipEntry.STORED, Map.of("c.npy", NPY));
        patch(outer).putShort(outer.length - 2, (short) inner.length);
        byte[] both = Arrays.copyOf(outer, outer.length + inner.length);
        System.arraycopy(inner, 0, both, outer.length, inner.length);
        Path file = file(both);
        // Whichever is found, it is found by both readings of the directory.
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.tensors().keySet()).containsExactly("c");
            assertThat(reader.readFloats("c")).containsExactly(1, 2);
        }
    }

    @Test
    void aTensorBeyondJavasHeapIsRefusedAndNotAnOutOfMemoryError() throws IOException {
        // Four megabytes that deflate cannot shorten, said to become four gigabytes.
        byte[] noise = new byte[4_000_000];
        new Random(1).nextBytes(noise);
        byte[] npy = TestFiles.npy("<f4", false, "(1000000000,)", noise);
        byte[] zip = TestFiles.zip(ZipEntry.DEFLATED, Map.of("x.npy", npy));
        patch(zip).putInt(entry(zip, 0) + SIZE, (int) (4_000_000_000L + npy.length - noise.length));
        assertThat(Runtime.getRuntime().maxMemory()).isLessThan(4_000_000_000L);
        try (TensorReader reader = TensorReader.open(file(zip))) {
            assertThatThrownBy(() -> reader.readFloats("x"))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("tensor \"x\" of 4000000000 bytes does not fit into Java")
                    .hasMessageContaining("start Java with a larger -Xmx");
        }
    }

    @Test
    void aPyTorchArchiveCutInItsDirectoryIsRefused() throws IOException {
        // Cut inside the end records that PyTorch writes, the 64-bit ones included.
        byte[] whole = Files.readAllBytes(TestFiles.pth("uint16.pth"));
        int directory = TestFiles.find(whole, DIRECTORY_ENTRY, 0);
        for (int length = directory; length < whole.length; length++) {
            Path file = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TensorReader.open(file))
                    .as("%d bytes", length)
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageStartingWith(file + ": ");
        }
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        assertThat(text).contains("PK\u0006\u0006").contains("PK\u0006\u0007");
    }
}
