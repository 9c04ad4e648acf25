package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as training tools write them, whose weights are those of the plain file. */
class TrainingFilesTest {

    private static final String HF_CONFIG =
            """
            {"model_type": "vit", "num_attention_heads": 4, "layer_norm_eps": 1e-6,
             "id2label": {"0": "crane", "1": "crane", "2": "heron", "3": "", "4": " heron"}}
            """;

    @TempDir private Path folder;

    private static Map<String, float[]> weights(Path file) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(file).withHeads(4);
        try (VisionTransformer vit = VitCheckpoint.load(file, config)) {
            return TinyFiles.weights(vit);
        }
    }

    private static void assertPlain(Path file) throws IOException {
        Map<String, float[]> plain = weights(TinyFiles.parity("base_timm.safetensors"));
        weights(file).forEach((name, values) -> assertThat(values).isEqualTo(plain.get(name)));
    }

    private static TinyFiles.Change under(String prefix) {
        return TinyFiles.renamed(Map.of("", prefix));
    }

    @ParameterizedTest
    @CsvSource({
        "base_timm.safetensors, model., a.safetensors",
        "base_timm.safetensors, module._orig_mod.backbone., a.safetensors",
        "base_timm.safetensors, base_model.model., a.safetensors",
        "base_huggingface.safetensors, model., a.safetensors",
        "base_google.npz, params/model/, a.npz"
    })
    void aPrefixBeforeAllNames(String original, String prefix, String name) throws IOException {
        assertPlain(TinyFiles.changed(original, folder.resolve(name), under(prefix)));
    }

    @Test
    void aStepBesideGooglesArrays() throws IOException {
        assertPlain(
                TinyFiles.changed(
                        "base_google.npz", folder.resolve("a.npz"), TinyFiles.added("step")));
    }

    @Test
    void aMovingAverageBesideTheModelUnlessItIsAskedFor() throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_timm.safetensors",
                        folder.resolve("a.safetensors"),
                        (arrays, manager) -> {
                            Map<String, NDArray> plain = new LinkedHashMap<>(arrays);
                            arrays.clear();
                            plain.forEach(
                                    (name, array) -> {
                                        arrays.put("model_ema.module." + name, array.mul(0.5f));
                                        arrays.put("model." + name, array);
                                    });
                        });
        assertPlain(file);
        float[] average =
                weights(folder.resolve("a.safetensors#model_ema")).get("blocks.0.mlp.fc1.weight");
        float[] plain = weights(file).get("blocks.0.mlp.fc1.weight");
        for (int i = 0; i < plain.length; i++) {
            assertThat(average[i]).isEqualTo(plain[i] / 2);
        }
        assertThatThrownBy(() -> VitCheckpoint.load(folder.resolve("a.safetensors#swa")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected one that #swa names");
    }

    @Test
    void whatChangesTheResultsIsRefusedBelowAPrefixToo() throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_timm.safetensors",
                        folder.resolve("a.safetensors"),
                        (arrays, manager) -> {
                            TinyFiles.added("rel_pos_bias", 32).apply(arrays, manager);
                            under("model.").apply(arrays, manager);
                        });
        assertThatThrownBy(() -> VitCheckpoint.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "tensor \"rel_pos_bias\" belongs to relative position embeddings");
    }

    @Test
    void manyFaultsAreCutAtFiveWithTheirCount() throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_timm.safetensors",
                        folder.resolve("a.safetensors"),
                        (arrays, manager) -> {
                            for (int i = 0; i < 8; i++) {
                                TinyFiles.added("neck.w" + i, 2).apply(arrays, manager);
                            }
                        });
        assertThatThrownBy(() -> VitCheckpoint.load(file))
                .hasMessageContaining("neck.w4 is unexpected and 3 more");
    }

    @Test
    void classesOfOneNameAreToldApartInLabelOrder() throws IOException {
        Files.copy(
                TinyFiles.parity("base_huggingface.safetensors"),
                folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), HF_CONFIG);
        assertThat(VitCheckpoint.describe(folder).classNames())
                .containsExactly("crane (1)", "crane (2)", "heron (1)", "class 3", "heron (2)");
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"architecture": "vit", "label_names": ["a", "b", "a", "c", "d"]}
                """);
        Files.copy(
                TinyFiles.parity("base_timm.safetensors"),
                folder.resolve("model.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(VitCheckpoint.describe(folder).classNames())
                .containsExactly("a (1)", "b", "a (2)", "c", "d");
    }

    @Test
    void aPeftFolderAsACheckpointIsNamed() throws IOException {
        Files.writeString(
                folder.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\", \"r\": 4}");
        assertThatThrownBy(() -> VitCheckpoint.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a PEFT adapter (LORA)");
    }

    @Test
    void aCutConfigurationSaysFileAndPlace() throws IOException {
        Files.copy(TinyFiles.parity("base_timm.safetensors"), folder.resolve("model.safetensors"));
        for (String name : new String[] {"config.json", "preprocessor_config.json"}) {
            Path file = Files.writeString(folder.resolve(name), "{\n  \"architecture\": \"vi");
            assertThatThrownBy(() -> VitCheckpoint.describe(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + " is no valid JSON: it ends in the middle, at")
                    .hasMessageContaining("line 2, column")
                    .hasMessageNotContaining("gson");
            Files.delete(file);
        }
    }
}
