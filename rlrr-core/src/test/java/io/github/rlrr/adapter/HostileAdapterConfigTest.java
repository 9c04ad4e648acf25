package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A configuration that means harm ends in an IOException that names the file. */
class HostileAdapterConfigTest {

    @TempDir private Path folder;

    private static String sound() throws IOException {
        try (InputStream in =
                HostileAdapterConfigTest.class.getResourceAsStream("/fuzz/adapter_config.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    private void assertRefused(String text) throws IOException {
        Path file = Files.writeString(folder.resolve(AdapterFolder.CONFIG_FILE), text);
        assertThatThrownBy(() -> AdapterFolder.describe(folder))
                .as("%d characters", text.length())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " ")
                .hasMessageNotContaining("\n")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
    }

    @Test
    void theSoundConfigurationIsRead() throws IOException {
        Files.writeString(folder.resolve(AdapterFolder.CONFIG_FILE), sound());
        assertThat(AdapterFolder.describe(folder).config().method()).isEqualTo("rlrr");
    }

    @Test
    void aConfigurationCutAnywhereIsRefused() throws IOException {
        String sound = sound();
        for (int length = 0; length < sound.length(); length++) {
            assertRefused(sound.substring(0, length));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "format_version",
                "method",
                "library_version",
                "base_model",
                "config",
                "class_names",
                "preprocessing"
            })
    void aMissingKeyIsRefused(String key) throws IOException {
        JsonObject json = JsonParser.parseString(sound()).getAsJsonObject();
        json.remove(key);
        assertRefused(json.toString());
    }

    /** What describing the folder throws once a key has been added; null where it is read. */
    private IOException refusal(String key, String value) throws IOException {
        JsonObject json = JsonParser.parseString(sound()).getAsJsonObject();
        boolean inside = key.startsWith("preprocessing.");
        (inside ? json.getAsJsonObject("preprocessing") : json)
                .add(key.substring(key.indexOf('.') + 1), JsonParser.parseString(value));
        Files.writeString(folder.resolve(AdapterFolder.CONFIG_FILE), json.toString());
        return catchThrowableOfType(IOException.class, () -> AdapterFolder.describe(folder));
    }

    @Test
    void anUnknownTaskIsRefusedByItsName() throws IOException {
        assertThat(refusal("task", "{\"name\": \"detection\"}"))
                .hasMessageContaining("the task detection is unknown to this version")
                .hasMessageContaining("single-label");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"single-label\"", "{}", "null", "{\"name\": {}}", "[]"})
    void aTaskThatIsNoObjectWithANameIsRefused(String value) throws IOException {
        assertThat(refusal("task", value)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pooling", "position_rule", "preprocessing.bit_depth"})
    void aKeyOfALaterVersionThatChangesAnswersIsRefused(String key) throws IOException {
        assertThat(refusal(key, "16"))
                .hasMessageContaining(
                        key + " is 16, which this version of the library does not know");
    }

    @Test
    void theTypeOfTrainingIsReadAndAskedOfNobody() throws IOException {
        assertThat(refusal("precision", "\"bfloat16\"")).isNull();
        assertThat(AdapterFolder.describe(folder).metadata().precision()).isEqualTo("bfloat16");
    }

    @Test
    void anAdapterThatNamesNoTaskIsOfOneLabelAnExample() throws IOException {
        Files.writeString(folder.resolve(AdapterFolder.CONFIG_FILE), sound());
        assertThat(AdapterFolder.describe(folder).metadata().task()).isEqualTo("single-label");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1e-999999999", "1e2147483648", "99999999999999999999"})
    void aNumberOutOfAllProportionIsRefused(String number) throws IOException {
        assertRefused(sound().replace("\"rank\": 1", "\"rank\": " + number));
        assertRefused(sound().replace("\"format_version\": 1", "\"format_version\": " + number));
        assertRefused(sound().replace("\"seed\": 0", "\"seed\": " + number));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void nestingWithoutEndIsRefused(String open) throws IOException {
        assertRefused(open.repeat(100_000));
        assertRefused(sound().replace("\"height\": 32", "\"height\": " + open.repeat(100_000)));
    }

    @Test
    void targetsWithoutMeasureAreRefused() throws IOException {
        String target = "\"all-linear\"";
        assertRefused(sound().replace(target, "\"" + "a".repeat(1001) + "\""));
        assertRefused(sound().replace(target, "\"re:" + "(".repeat(990) + "\""));
        assertRefused(sound().replace(target, target + (", " + target).repeat(1000)));
        assertRefused(sound().replace(target, "\"b.[" + "0-9999,".repeat(100) + "1]\""));
        assertRefused(sound().replace(target, "\"a..\\n\\u2028b\""));
        // What the fuzzer wrote into a target: an expression, and an odd one.
        Files.writeString(
                folder.resolve(AdapterFolder.CONFIG_FILE),
                sound().replace("re:patch", "re:re6*****0.*******************patch"));
        assertThatThrownBy(() -> AdapterFolder.describe(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no regular expression: Dangling meta character '*'")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aConfigurationOfGigabytesIsRefusedUnread() throws IOException {
        Path file = folder.resolve(AdapterFolder.CONFIG_FILE);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(10L << 30);
        }
        assertThatThrownBy(() -> AdapterFolder.describe(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has more than 16777216 bytes of JSON");
    }
}
