package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LyingArchiveTest {

    // Offsets inside an entry of a zip archive's directory.
    private static final String DIRECTORY_ENTRY = "PK\u0001\u0002";
    private static final int CRC = 16;
    private static final int PACKED_SIZE = 20;
    private static final int SIZE = 24;
    private static final int NAME = 46;

    @TempDir private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("arrays.npz"), content);
    }

    @Test
    void anArchiveCutAnywhereIsRefusedOnOpening() throws IOException {
        byte[] npy = TestFiles.npy("<f4", false, "(2,)", TestFiles.floats(1, 2));
        byte[] whole = TestFiles.zip(ZipEntry.DEFLATED, Map.of("x.npy", npy));
        for (int length = 0; length < whole.length; length++) {
            Path file = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TensorReader.open(file))
                    .as("%d bytes", length)
                    .isInstanceOf(TensorFileException.class);
        }
    }

    @Test
    void entriesThatAreNoArraysAreRefusedByName() throws IOException {
        Path file = file(TestFiles.zip(ZipEntry.STORED, Map.of("notes.txt", new byte[3])));
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("has the entry \"notes.txt\", expected only arrays NAME.npy");
        assertThatThrownBy(
                        () ->
                                TensorReader.open(
                                        file(
                                                TestFiles.zip(
                                                        ZipEntry.STORED,
                                                        Map.of(".npy", new byte[3])))))
                .hasMessageContaining("has the entry \".npy\"");
    }

    @Test
    void anArchiveOfNothingHoldsNothing() throws IOException {
        try (TensorReader reader =
                TensorReader.open(file(TestFiles.zip(ZipEntry.STORED, Map.of())))) {
            assertThat(reader.tensors()).isEmpty();
        }
    }

    @Test
    void aNameThatComesTwiceIsRefused() throws IOException {
        byte[] npy = TestFiles.npy("<f4", false, "(1,)", TestFiles.floats(1));
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("a.npy", npy);
        entries.put("b.npy", npy);
        byte[] zip = TestFiles.zip(ZipEntry.STORED, entries);
        int second =
                TestFiles.find(zip, DIRECTORY_ENTRY, TestFiles.find(zip, DIRECTORY_ENTRY, 0) + 1);
        zip[second + NAME] = 'a';
        assertThatThrownBy(() -> TensorReader.open(file(zip)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("entry \"a.npy\" is in the archive twice");
    }

    @Test
    void damagedDataIsRefusedByItsChecksum() throws IOException {
        byte[] npy = TestFiles.npy("<f4", false, "(2,)", TestFiles.floats(1, 2));
        byte[] zip = TestFiles.zip(ZipEntry.STORED, Map.of("x.npy", npy));
        zip[TestFiles.find(zip, DIRECTORY_ENTRY, 0) + CRC] ^= 1;
        try (TensorReader reader = TensorReader.open(file(zip));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThatThrownBy(() -> reader.read("x", manager))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("its CRC-32 is");
            assertThatThrownBy(() -> reader.readFloats("x")).hasMessageContaining("CRC-32");
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    @Test
    void aTenGigabyteClaimInAKilobyteIsRefusedOnOpening() throws IOException {
        // 1,000,000,000 floats claimed by the header and by the directory.
        byte[] npy = TestFiles.npy("<f4", false, "(1000000000,)", new byte[512]);
        byte[] zip = TestFiles.zip(ZipEntry.DEFLATED, Map.of("x.npy", npy));
        int entry = TestFiles.find(zip, DIRECTORY_ENTRY, 0);
        ByteBuffer patch = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        patch.putInt(entry + SIZE, (int) (4_000_000_000L + npy.length - 512));
        assertThatThrownBy(() -> TensorReader.open(file(zip)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("packed ones, which deflate cannot give");
        patch.putInt(entry + PACKED_SIZE, 4_000_000);
        assertThatThrownBy(() -> TensorReader.open(file(zip)))
                .isInstanceOf(TensorFileException.class);
    }

    @Test
    void aZipBombIsHeldByTheLimits() throws IOException {
        byte[] npy = TestFiles.npy("<f4", false, "(4000000,)", new byte[16_000_000]);
        byte[] zip = TestFiles.zip(ZipEntry.DEFLATED, Map.of("x.npy", npy));
        assertThat(zip).hasSizeLessThan(20_000);
        assertThatThrownBy(
                        () ->
                                TensorReader.open(
                                        file(zip),
                                        ReadLimits.DEFAULTS.withMaxTensorBytes(1_000_000)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("claims 16000000 bytes, expected at most 1000000");
        try (TensorReader reader = TensorReader.open(file(zip))) {
            assertThat(reader.readFloats("x")).hasSize(4_000_000);
        }
    }

    @Test
    void anEntryThatInflatesToLessOrMoreThanItClaimsIsRefused() throws IOException {
        byte[] npy = TestFiles.npy("<f4", false, "(8,)", TestFiles.floats(new float[8]));
        for (int real : new int[] {npy.length - 4, npy.length + 4}) {
            byte[] zip =
                    TestFiles.zip(ZipEntry.DEFLATED, Map.of("x.npy", Arrays.copyOf(npy, real)));
            int entry = TestFiles.find(zip, DIRECTORY_ENTRY, 0);
            ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(entry + SIZE, npy.length);
            try (TensorReader reader = TensorReader.open(file(zip))) {
                assertThatThrownBy(() -> reader.readFloats("x"))
                        .as("%d bytes for %d", real, npy.length)
                        .isInstanceOf(TensorFileException.class);
            }
        }
    }

    @Test
    void entriesThatShareTheirPackedBytesAreRefused() throws IOException {
        byte[] npy = TestFiles.npy("<f4", false, "(64,)", new byte[256]);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("a.npy", npy);
        entries.put("b.npy", npy);
        byte[] zip = TestFiles.zip(ZipEntry.STORED, entries);
        // Cut the second copy out of the file and let both entries point to the first.
        int first = TestFiles.find(zip, DIRECTORY_ENTRY, 0);
        int secondLocal = TestFiles.find(zip, "PK\u0003\u0004", 1);
        int second = TestFiles.find(zip, DIRECTORY_ENTRY, first + 1);
        int end = TestFiles.find(zip, "PK\u0005\u0006", 0);
        ByteBuffer patch = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        patch.putInt(second + 42, 0);
        patch.putInt(end + 16, secondLocal);
        ByteBuffer overlapping = TestFiles.little(zip.length);
        overlapping.put(zip, 0, secondLocal).put(zip, first, zip.length - first);
        assertThatThrownBy(() -> TensorReader.open(file(TestFiles.written(overlapping))))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("more than the archive has left");
    }

    @Test
    void theNumberOfEntriesIsLimited() throws IOException {
        byte[] npy = TestFiles.npy("<f4", false, "()", TestFiles.floats(1));
        Path file = file(TestFiles.zip(ZipEntry.STORED, Map.of("a.npy", npy, "b.npy", npy)));
        assertThatThrownBy(() -> TensorReader.open(file, ReadLimits.DEFAULTS.withMaxTensors(1)))
                .hasMessageContaining("has 2 entries, expected at most 1");
    }
}
