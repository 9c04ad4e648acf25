package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorReaderTest {

    @TempDir private Path folder;

    @Test
    void aMissingFileIsNamed() {
        Path file = folder.resolve("absent.npz");
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessage(file + ": no such file")
                .hasCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFolderIsRefused() {
        assertThatThrownBy(() -> TensorReader.open(folder))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("is not a regular file");
    }

    @Test
    void whatAForeignFileIsIsGuessed() throws IOException {
        assertForeign("version https://git-lfs.github.com/spec/v1\n", "run git lfs pull");
        assertForeign(
                "<!DOCTYPE html>", "begins with \"<!DOCTYP\", expected safetensors, npz or pth");
        assertForeign("\u0080\u0002\u008a\nlü\u009cFù", "Python pickle");
        assertForeign("\u0093NUMPY\u0001\u0000", "neither safetensors nor npz");
        assertForeign("short", "has 5 bytes, expected at least 8");
    }

    private void assertForeign(String content, String guess) throws IOException {
        Path file =
                Files.write(
                        folder.resolve("weights"), content.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining(guess);
    }

    @Test
    void theContentDecidesAndNotTheName() throws IOException {
        Path file = folder.resolve("weights.npz");
        Files.copy(TestFiles.parity("tiny/base_timm.safetensors"), file);
        try (TensorReader reader = TensorReader.open(file)) {
            assertThat(reader.file()).isEqualTo(file);
            assertThat(reader.tensors()).containsKey("head.weight");
        }
    }

    @Test
    void anAbsentNameIsAnsweredWithTheNearest() throws IOException {
        try (TensorReader reader =
                        TensorReader.open(TestFiles.parity("tiny/base_timm.safetensors"));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThatThrownBy(() -> reader.read("head.wieght", manager))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("tensor \"head.wieght\" is not in the file")
                    .hasMessageContaining("did you mean \"head.weight\"");
            assertThatThrownBy(() -> reader.readFloats("π"))
                    .hasMessageContaining("tensors: \"cls_token\", \"pos_embed\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny/base_timm.safetensors", "tiny/io.npz"})
    void aClosedReaderSaysSo(String name) throws IOException {
        TensorReader reader = TensorReader.open(TestFiles.parity(name));
        String first = reader.tensors().keySet().iterator().next();
        reader.close();
        reader.close();
        assertThatThrownBy(() -> reader.readFloats(first))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("after the reader was closed");
    }

    @Test
    void theListOfTensorsCannotBeChanged() throws IOException {
        try (TensorReader reader = TensorReader.open(TestFiles.parity("tiny/io.npz"))) {
            assertThatThrownBy(() -> reader.tensors().clear())
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void namesFromAFileCannotBreakTheLineOfAMessage() throws IOException {
        String json = "{\"a\\nb\\u2028c\":{\"dtype\":\"F32\"}}";
        Path file = Files.write(folder.resolve("f"), TestFiles.safetensors(json, new byte[0]));
        assertThatThrownBy(() -> TensorReader.open(file))
                .hasMessageContaining("tensor \"a\\nb\\u2028c\" lacks");
    }
}
