package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFileTest {

    @TempDir private Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("some.json"), bytes);
    }

    private Path file(String text) throws IOException {
        return file(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anObjectIsReadWithOrWithoutAByteOrderMark() throws IOException {
        assertThat(JsonFile.object(file("{\"a\": 1}")).get("a").getAsInt()).isEqualTo(1);
        assertThat(JsonFile.object(file("\ufeff{\"a\": 1}")).get("a").getAsInt()).isEqualTo(1);
    }

    @Test
    void aFileCutAnywhereIsOneLineWithFileAndPlace() throws IOException {
        String text = "{\n  \"rank\": 1,\n  \"targets\": [\"fc1\", {\"a\": \"b\\u00e4\"}]\n}";
        for (int length = 1; length < text.length(); length++) {
            Path file = file(text.substring(0, length));
            assertThatThrownBy(() -> JsonFile.object(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + " is no valid JSON: ")
                    .hasMessageMatching("(?s).* line \\d+, column \\d+.*")
                    .hasMessageNotContaining("\n")
                    .hasMessageNotContaining("gson")
                    .hasMessageNotContaining("Json")
                    .hasMessageNotContaining("http");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"a\": \"b        | it ends in the middle, at line 1, column ",
                "{\"a\": [1, 2      | it ends in the middle, at line 1, column ",
                "{\"a\" 1}          | at line 1, column 7: Expected ':'",
                "{\"a\": 1} x       | line 1, column ",
                "{\"a\": \"\\x\"}   | line 1, column ",
                "<html>             | "
            })
    void whatIsNoJsonIsSaidWithItsPlace(String text, String reason) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> JsonFile.object(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " ")
                .hasMessageContaining(reason == null ? "JSON" : reason)
                .hasMessageNotContaining("Reader");
    }

    @Test
    void whatHoldsNoObjectIsRefused() throws IOException {
        assertThatThrownBy(() -> JsonFile.object(file("[1]")))
                .hasMessageContaining("holds no JSON object");
        assertThatThrownBy(() -> JsonFile.object(file(" \n")))
                .hasMessageContaining("is no valid JSON: it is empty");
        assertThatThrownBy(() -> JsonFile.object(file(new byte[] {'{', (byte) 0xff})))
                .hasMessageContaining("is no valid JSON: it is not UTF-8 text");
        assertThatThrownBy(() -> JsonFile.object(folder.resolve("none.json")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void deepNestingIsRefusedInOneLine() throws IOException {
        Path file = file("{\"a\":" + "[".repeat(100_000));
        assertThatThrownBy(() -> JsonFile.object(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Nesting limit")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aFileBeyondTheLimitIsRefused() throws IOException {
        Path file = file(" ".repeat(JsonFile.MAX_BYTES + 1));
        assertThatThrownBy(() -> JsonFile.object(file))
                .hasMessageContaining("has more than 16777216 bytes of JSON");
    }
}
