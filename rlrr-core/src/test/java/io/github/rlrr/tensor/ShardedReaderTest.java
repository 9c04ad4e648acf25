package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedReaderTest {

    private static final String INDEX = "model.safetensors.index.json";
    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @TempDir private Path folder;

    @BeforeEach
    void twoFiles() throws IOException {
        write(ONE, "a", "b");
        write(TWO, "c");
        index(Map.of("a", ONE, "b", ONE, "c", TWO));
    }

    private void write(String file, String... names) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            for (String name : names) {
                arrays.put(name, manager.create(new float[] {name.charAt(0), file.length()}));
            }
            SafetensorsWriter.write(
                    folder.resolve(file), arrays, Map.of("from", file), TensorType.F32);
        }
    }

    private void index(Map<String, String> map) throws IOException {
        StringBuilder rows = new StringBuilder();
        map.forEach(
                (name, file) ->
                        rows.append(rows.isEmpty() ? "" : ", ")
                                .append("\"%s\": \"%s\"".formatted(name, file)));
        Files.writeString(
                folder.resolve(INDEX),
                "{\"metadata\": {\"total_size\": 24}, \"weight_map\": {%s}}".formatted(rows));
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(() -> TensorReader.open(folder.resolve(INDEX)).close())
                .isInstanceOf(TensorFileException.class)
                .message()
                .contains(words)
                .hasLineCount(1);
    }

    @Test
    void theFilesAreReadAsOne() throws IOException {
        try (TensorReader reader = TensorReader.open(folder.resolve(INDEX));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(reader.file()).hasFileName(INDEX);
            assertThat(reader.tensors()).containsOnlyKeys("a", "b", "c");
            assertThat(reader.readFloats("c")).containsExactly('c', TWO.length());
            assertThat(reader.read("b", manager).toFloatArray()).containsExactly('b', 32);
            assertThat(reader.metadata()).containsEntry("from", ONE);
            assertThatThrownBy(() -> reader.readFloats("d")).hasMessageContaining("\"d\"");
        }
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        Files.delete(folder.resolve(TWO));
        assertRefused(TWO, "no such file");
    }

    @Test
    void aFileThatWasCutShortIsNamed() throws IOException {
        byte[] whole = Files.readAllBytes(folder.resolve(TWO));
        Files.write(folder.resolve(TWO), java.util.Arrays.copyOf(whole, whole.length - 1));
        assertRefused(TWO);
    }

    @Test
    void aTensorThatIsNotWhereTheListSaysIsNamed() throws IOException {
        index(Map.of("a", ONE, "b", ONE, "c", TWO, "d", TWO));
        assertRefused(TWO, "\"d\" is missing");
    }

    @Test
    void aTensorThatTheListDoesNotHaveIsNamed() throws IOException {
        index(Map.of("a", ONE, "c", TWO));
        assertRefused(ONE, "\"b\" is not in");
    }

    @Test
    void aTensorInTwoFilesIsNamed() throws IOException {
        write(TWO, "b", "c");
        assertRefused(TWO, "\"b\" is in " + ONE, "expected each tensor once");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x.safetensors",
                "/etc/passwd",
                "sub/x.safetensors",
                "..",
                "",
                "C:\\\\x",
                "model.safetensors.index.json"
            })
    void aPathOutOfTheFolderIsRefused(String path) throws IOException {
        index(Map.of("a", path));
        assertRefused("\"a\" is in", "expected the plain name of a file in the same folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"a\": 1}  ", "{\"weight_map\": []}", "{\"weight_map\": {", "{\"a\" 1   "})
    void aListThatIsNoneIsRefused(String text) throws IOException {
        Files.writeString(folder.resolve(INDEX), text);
        assertRefused(INDEX);
    }
}
