package io.github.rlrr.vit.swin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.Parity;
import io.github.rlrr.vit.checkpoint.BackboneFamily;
import io.github.rlrr.vit.checkpoint.Backbones;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Swin Transformer's files that are damaged or do not belong together: one line each. */
class DamagedSwinTest {

    private static final String TABLE = "layers.1.blocks.0.attn.relative_position_bias_table";

    @TempDir private Path hub;

    private static Backbone load(Path path) throws IOException {
        BackboneFamily family = Backbones.of(path);
        return family.load(path, family.describe(path).config(), Device.cpu(), false);
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(() -> load(hub).close())
                .isInstanceOf(IOException.class)
                .message()
                .contains(words)
                .hasLineCount(1);
    }

    private void copy(String name, String said) throws IOException {
        Files.copy(Parity.resource(name + ".safetensors"), hub.resolve("model.safetensors"));
        Files.copy(Parity.resource(said + ".json"), hub.resolve("config.json"));
    }

    private Map<String, NDArray> tensors(NDManager manager) throws IOException {
        Map<String, NDArray> tensors = new TreeMap<>();
        try (TensorReader reader = TensorReader.open(hub.resolve("model.safetensors"))) {
            for (String name : reader.tensors().keySet()) {
                tensors.put(name, reader.read(name, manager));
            }
        }
        return tensors;
    }

    private void write(String file, Map<String, NDArray> tensors) throws IOException {
        SafetensorsWriter.write(hub.resolve(file), tensors, Map.of(), TensorType.F32);
    }

    /** Two files and the list of them, as hubs have large models. */
    private void split() throws IOException {
        copy("swin/timm-v1", "swin/timm-v1");
        Map<String, String> list = new LinkedHashMap<>();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> all = tensors(manager);
            for (String part : List.of("part0.safetensors", "part1.safetensors")) {
                Map<String, NDArray> some = new TreeMap<>(all);
                some.keySet()
                        .removeIf(name -> name.startsWith("layers.") != part.startsWith("part1"));
                write(part, some);
                some.keySet().forEach(name -> list.put(name, part));
            }
        }
        Files.delete(hub.resolve("model.safetensors"));
        Files.writeString(
                hub.resolve("model.safetensors.index.json"),
                list.entrySet().stream()
                        .map(e -> "\"%s\": \"%s\"".formatted(e.getKey(), e.getValue()))
                        .collect(Collectors.joining(",", "{\"weight_map\": {", "}}")));
    }

    @Test
    void weightsInSeveralFilesAreRead() throws IOException {
        split();
        try (Backbone parts = load(hub)) {
            Files.delete(hub.resolve("config.json"));
            Files.delete(hub.resolve("model.safetensors.index.json"));
            copy("swin/timm-v1", "swin/timm-v1");
            try (Backbone whole = load(hub)) {
                assertThat(values(parts)).isEqualTo(values(whole));
            }
        }
    }

    private static Map<String, String> values(Backbone network) {
        Map<String, String> values = new TreeMap<>();
        ModuleTree.of(network)
                .parameters()
                .forEach(
                        (name, p) ->
                                values.put(name, Arrays.toString(p.getArray().toFloatArray())));
        return values;
    }

    @Test
    void aFileThatIsCutShortIsRefused() throws IOException {
        split();
        byte[] part = Files.readAllBytes(hub.resolve("part1.safetensors"));
        Files.write(hub.resolve("part1.safetensors"), Arrays.copyOf(part, part.length - 4));
        assertRefused("part1.safetensors", "the file is cut short");
    }

    @Test
    void aFileThatIsListedAndNotThereIsRefused() throws IOException {
        split();
        Files.delete(hub.resolve("part1.safetensors"));
        assertRefused("part1.safetensors");
    }

    @Test
    void aTableOfAnotherSizeIsRefused() throws IOException {
        copy("swin/timm-v1", "swin/timm-v1");
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> tensors = tensors(manager);
            tensors.put(TABLE, manager.zeros(new ai.djl.ndarray.types.Shape(25, 2)));
            write("model.safetensors", tensors);
        }
        assertRefused(TABLE + " has shape (25, 2), expected (49, 2)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "swin/timm-v1 | cousins/beit | architecture",
                "swin/timm-v2 | rotary/dinov3 | architecture",
                "swin/huggingface-v1 | dinov2/transformers | model_type",
                "swin/huggingface-v1 | swin/huggingface-v2 | has weights of Swin V1",
                "swin/huggingface-v2 | swin/huggingface-v1 | has weights of Swin V2",
                "dinov2/transformers | swin/huggingface-v1 | model_type",
                "cousins/beit | swin/huggingface-v2 | model_type"
            })
    void aConfigurationOfAnotherFamilyIsRefused(String weights, String said, String word)
            throws IOException {
        copy(weights, said);
        assertRefused(word, "config.json");
    }

    @Test
    void anArchitectureOfTheOtherVersionIsRefused() throws IOException {
        copy("swin/timm-v1", "swin/timm-v1");
        Path said = hub.resolve("config.json");
        Files.writeString(
                said,
                Files.readString(said)
                        .replace(
                                "\"architecture\": \"\"",
                                "\"architecture\": \"swinv2_tiny_window8_256\""));
        assertRefused("architecture is", "has weights of Swin V1");
    }
}
