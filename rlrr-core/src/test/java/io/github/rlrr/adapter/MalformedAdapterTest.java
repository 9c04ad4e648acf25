package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.Fixtures;
import io.github.rlrr.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What loading refuses, with nothing changed and nothing left allocated. */
class MalformedAdapterTest {

    private static final RlrrConfig CONFIG =
            RlrrConfig.builder().rank(2).scaleAndShift("all-norm").build();
    private static final AdapterMetadata METADATA =
            new AdapterMetadata("net.npz", List.of(), Map.of());

    @TempDir Path folder;

    private final NDManager manager = Fixtures.manager();
    private AdaptedBlock adapted;

    @BeforeEach
    void save() throws IOException {
        adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG);
        Fixtures.scramble(adapted, 2);
        adapted.save(folder, METADATA);
    }

    @AfterEach
    void close() {
        adapted.close();
        manager.close();
    }

    private JsonObject json() throws IOException {
        String text = Files.readString(folder.resolve("adapter_config.json"));
        return JsonParser.parseString(text).getAsJsonObject();
    }

    /** Rewrites the tensors. */
    private void tensors(Consumer<Map<String, NDArray>> change) throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        adapted.trainableTensors().forEach(t -> tensors.put(t.name(), t.parameter().getArray()));
        change.accept(tensors);
        SafetensorsWriter.write(
                folder.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
    }

    private void write(JsonObject json) throws IOException {
        Files.writeString(folder.resolve("adapter_config.json"), json.toString());
    }

    /** Loading fails with an IOException, the base is unchanged and nothing stays allocated. */
    private AbstractThrowableAssert<?, ?> assertRefused(Block base) {
        Map<String, List<Integer>> before = Fixtures.bits(base);
        Fixtures.Alive alive = Fixtures.alive();
        var assertion =
                assertThatThrownBy(() -> Rlrr.load(base, folder)).isInstanceOf(IOException.class);
        assertThat(Fixtures.alive()).isEqualTo(alive);
        assertThat(Fixtures.bits(base)).isEqualTo(before);
        return assertion;
    }

    @Test
    void anotherBaseIsRefusedByItsFingerprint() {
        assertRefused(Fixtures.mlp(manager, 2))
                .hasMessageContaining(
                        "was trained on another base: on net.npz with weights sha256:");
    }

    @Test
    void anotherArchitectureIsRefused() {
        assertRefused(Fixtures.linear(manager, 1, 4, 3, true))
                .hasMessageContaining("does not fit this base");
    }

    @Test
    void aFolderWithoutConfigurationIsNoAdapter() throws IOException {
        Files.delete(folder.resolve("adapter_config.json"));
        assertRefused(Fixtures.mlp(manager, 1))
                .hasMessage(folder + " is no adapter folder: it has no adapter_config.json");
    }

    @Test
    void aRunsFolderNamesTheAdapterInIt() throws IOException {
        Path run = folder.resolve("run");
        Files.createDirectories(run.resolve("adapter"));
        Files.copy(
                folder.resolve("adapter_config.json"), run.resolve("adapter/adapter_config.json"));
        assertThatThrownBy(() -> AdapterFolder.describe(run))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        run
                                + " is no adapter folder: it has no adapter_config.json; the adapter"
                                + " is in "
                                + run.resolve("adapter"));
    }

    @Test
    void aFileOfAnAdapterNamesItsFolder() {
        Path file = folder.resolve("adapter_config.json");
        assertThatThrownBy(() -> AdapterFolder.describe(file))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        file + " is no adapter folder: it is a file; name its folder, " + folder);
    }

    @Test
    void aWholeModelIsSaidToBeACheckpoint() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        Path file = Files.writeString(model.resolve("model.safetensors"), "");
        assertThatThrownBy(() -> AdapterFolder.describe(model))
                .hasMessageContaining(
                        "but a whole model: a checkpoint, which an adapter is put on");
        assertThatThrownBy(() -> AdapterFolder.describe(file))
                .hasMessageContaining("it is a file of a model's tensors: a checkpoint")
                .hasMessageContaining("expected a folder with adapter_config.json");
    }

    @Test
    void aMisplacedListIsSaidWithoutTheParsersNames() throws IOException {
        JsonObject json = json();
        json.getAsJsonObject("config").addProperty("targets", "fc1");
        write(json);
        assertRefused(Fixtures.mlp(manager, 1))
                .hasMessageEndingWith("Expected BEGIN_ARRAY but was STRING");
    }

    @Test
    void aPeftAdapterIsNamed() throws IOException {
        Files.writeString(
                folder.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": 4, \"peft_version\": \"0.21.2\"}");
        assertRefused(Fixtures.mlp(manager, 1))
                .hasMessageStartingWith(
                        folder + " is a PEFT adapter (LORA); rlrr reads its own adapter folders");
    }

    @Test
    void classesOfOneNameAreToldApart() throws IOException {
        JsonObject json = json();
        json.add("class_names", JsonParser.parseString("[\"crane\", \"crane\", \"\"]"));
        write(json);
        assertThat(AdapterFolder.describe(folder).metadata().classNames())
                .containsExactly("crane (1)", "crane (2)", "class 2");
    }

    @Test
    void aFolderWithoutTensorsIsRefused() throws IOException {
        Files.delete(folder.resolve("adapter_model.safetensors"));
        assertRefused(Fixtures.mlp(manager, 1)).hasMessageContaining("adapter_model.safetensors");
    }

    @Test
    void truncatedTensorsAreRefused() throws IOException {
        Path file = folder.resolve("adapter_model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 5));
        assertRefused(Fixtures.mlp(manager, 1)).hasMessageContaining("adapter_model.safetensors");
    }

    @Test
    void everyFaultOfTheTensorsStandsInOneMessage() throws IOException {
        tensors(
                all -> {
                    all.remove("norm.scale");
                    all.put("fc1.scale_left", manager.zeros(new Shape(3, 4)));
                    all.put("more", manager.zeros(new Shape(1)));
                });
        assertRefused(Fixtures.mlp(manager, 1))
                .hasMessageContaining("fc1.scale_left has shape (3, 4), expected (2, 4)")
                .hasMessageContaining("norm.scale is missing")
                .hasMessageContaining("more is unexpected");
    }

    @Test
    void aHeadForAnotherWidthIsRefused() throws IOException {
        tensors(all -> all.put("head.weight", manager.zeros(new Shape(3, 7))));
        assertRefused(Fixtures.mlp(manager, 1))
                .hasMessageContaining("head.weight has shape (3, 7), expected (3, 6)");
    }

    @Test
    void aHeadWhoseBiasDoesNotFitItsWeightIsRefused() throws IOException {
        tensors(all -> all.put("head.bias", manager.zeros(new Shape(1))));
        assertRefused(Fixtures.mlp(manager, 1))
                .hasMessageContaining("head.bias has shape (1), head.weight (3, 6)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"format_version\"         | is no valid JSON: it ends in the middle, at line 1, column 18",
                "''                          | is no valid JSON: it is empty",
                "[]                          | holds no JSON object",
                "{}                          | \"format_version\" is missing",
                "{\"format_version\": 2}     | format_version is 2, this library reads 1",
                "{\"format_version\": \"x\"} | configuration: \"format_version\" is \"x\", expected a number",
                "{\"format_version\": {}}    | configuration: \"format_version\" is {}, expected a number",
            })
    void aMalformedConfigurationIsRefused(String text, String message) throws IOException {
        Files.writeString(folder.resolve("adapter_config.json"), text);
        assertRefused(Fixtures.mlp(manager, 1)).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "class_names   | {}  | \"class_names\" is {}, expected a list",
                "class_names   | [1] | \"class_names\" is 1, expected a text",
                "base_model    | 3   | \"base_model\" is 3, expected an object",
                "method        | {}  | \"method\" is {}, expected a text",
                "reject_below  | []  | \"reject_below\" is [], expected a number",
                "preprocessing | []  | \"preprocessing\" is [], expected an object"
            })
    void aFieldOfAnotherKindIsRefusedByNameAndValue(String key, String value, String message)
            throws IOException {
        JsonObject json = json();
        json.add(key, JsonParser.parseString(value));
        write(json);
        assertRefused(Fixtures.mlp(manager, 1))
                .hasMessageContaining("is no valid adapter configuration: " + message);
    }

    @Test
    void aConfigurationThatIsNoTextIsRefusedByItsName() throws IOException {
        Files.write(folder.resolve("adapter_config.json"), new byte[] {'{', (byte) 0xff});
        assertRefused(Fixtures.mlp(manager, 1)).hasMessageContaining("adapter_config.json");
    }

    @Test
    void whatElseTheFileSaysIsPassedOver() throws IOException {
        JsonObject json = json();
        json.addProperty("trained_by", "someone");
        json.getAsJsonObject("base_model").addProperty("licence", "Apache-2.0");
        write(json);
        try (AdaptedBlock loaded = Rlrr.load(Fixtures.mlp(manager, 1), folder)) {
            assertThat(Fixtures.trainedBits(loaded)).isEqualTo(Fixtures.trainedBits(adapted));
        }
    }

    @Test
    void anUnknownMethodIsRefused() throws IOException {
        JsonObject json = json();
        json.addProperty("method", "dora");
        write(json);
        assertRefused(Fixtures.mlp(manager, 1))
                .hasMessageContaining(
                        "method is \"dora\", expected one of [arc, bias, full, linear-probe, lora,"
                                + " norm, rlrr, ssf]; for a method of another jar");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "form           | \"cubic\"                         | config.form",
                "sides          | 5                                 | config.sides",
                "initialisation | {\"kind\": \"wild\", \"value\": 0} | config.initialisation.kind",
                "initialisation | {\"value\": 0}                    | config.initialisation.kind",
                "initialisation | {\"kind\": \"normal\", \"value\": -1} | expected a positive number",
                "rank           | 0                                 | rank is 0",
                "rank           | 1.5                               | config",
                "rank           | null                              | config.rank is missing",
                "rank           | 999999999                         | more values than a Java array",
                "targets        | [\"a..b\"]                        | empty component",
                "cube           | 3                                 | config.cube is unknown to",
                "initialisation | {\"kind\": \"kaiming\", \"value\": 0, \"fan\": 1} | .fan is unknown to",
                "targets        | [null]                            | config.targets",
                "targets        | \"fc1\"                           | config"
            })
    void aBadSettingIsRefusedByName(String key, String value, String message) throws IOException {
        JsonObject json = json();
        json.getAsJsonObject("config").add(key, JsonParser.parseString(value));
        Files.writeString(
                folder.resolve("adapter_config.json"),
                new GsonBuilder().serializeNulls().create().toJson(json));
        assertRefused(Fixtures.mlp(manager, 1)).hasMessageContaining(message);
    }
}
