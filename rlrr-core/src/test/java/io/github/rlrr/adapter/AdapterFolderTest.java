package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFolderTest {

    private static final Shape BATCH = new Shape(3, 4);
    private static final float[] X = Fixtures.normal(new SplittableRandom(9), 12, 1);
    private static final RlrrConfig CONFIG =
            RlrrConfig.builder()
                    .rank(2)
                    .targets("all-linear")
                    .scaleAndShift("all-norm")
                    .seed(1L << 60)
                    .build();
    private static final AdapterMetadata METADATA =
            new AdapterMetadata(
                    "net.npz",
                    List.of("cat", "dög"),
                    Map.of("size", 224L, "mean", List.of(0.5, 0.25), "crop", "squash"));

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

    @Test
    void aLoadedAdapterHasTheSameTensorsAndOutputs() throws IOException {
        try (AdaptedBlock loaded = Rlrr.load(Fixtures.mlp(manager, 1), folder)) {
            assertThat(Fixtures.trainedBits(loaded)).isEqualTo(Fixtures.trainedBits(adapted));
            assertThat(Fixtures.run(loaded, manager, BATCH, X))
                    .containsExactly(Fixtures.run(adapted, manager, BATCH, X));
        }
    }

    @Test
    void aLoadedAdapterCanBeTrainedOn() throws IOException {
        try (AdaptedBlock loaded = Rlrr.load(Fixtures.mlp(manager, 1), folder)) {
            assertThat(loaded.trainableTensors())
                    .allMatch(t -> t.parameter().getArray().hasGradient());
        }
    }

    @Test
    void theDescriptionIsWhatWasSaved() throws IOException {
        AdapterFolder.Description description = AdapterFolder.describe(folder);
        assertThat(description.config()).isEqualTo(CONFIG);
        assertThat(description.metadata()).isEqualTo(METADATA);
        assertThat(description.baseFingerprint()).matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void theTensorsAreInSafetensorsUnderTheirNamesForPyTorch() throws IOException {
        try (TensorReader reader = TensorReader.open(folder.resolve("adapter_model.safetensors"))) {
            assertThat(reader.metadata()).containsEntry("format", "pt");
            assertThat(reader.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(Fixtures.names(adapted));
            assertThat(reader.tensors().get("fc1.scale_left").shape()).isEqualTo(new Shape(2, 4));
        }
    }

    @Test
    void theConfigurationHasTheDocumentedKeys() throws IOException {
        JsonObject json = json();
        assertThat(json.keySet())
                .containsExactly(
                        "format_version",
                        "peft_type",
                        "method",
                        "library_version",
                        "base_model",
                        "config",
                        "class_names",
                        "preprocessing");
        assertThat(json.get("format_version").getAsInt()).isEqualTo(1);
        assertThat(json.get("method").getAsString()).isEqualTo("rlrr");
        assertThat(json.getAsJsonObject("base_model").keySet())
                .containsExactly("name", "fingerprint");
    }

    @Test
    void aLinearProbeIsSavedAndLoaded(@TempDir Path other) throws IOException {
        try (AdaptedBlock probe = Rlrr.adapt(Fixtures.mlp(manager, 1), new LinearProbeConfig())) {
            Fixtures.scramble(probe, 3);
            probe.save(other, new AdapterMetadata());
            try (AdaptedBlock loaded = Rlrr.load(Fixtures.mlp(manager, 1), other)) {
                assertThat(Fixtures.trainedBits(loaded)).isEqualTo(Fixtures.trainedBits(probe));
            }
        }
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

    @Test
    void aHeadMayHaveItsOwnNumberOfClasses() throws IOException {
        tensors(
                all -> {
                    all.put("head.weight", manager.ones(new Shape(5, 6)));
                    all.put("head.bias", manager.zeros(new Shape(5)));
                });
        try (AdaptedBlock loaded = Rlrr.load(Fixtures.mlp(manager, 1), folder)) {
            assertThat(Fixtures.run(loaded, manager, BATCH, X)).hasSize(15);
        }
    }

    @Test
    void aBaseWhoseHeadDiffersIsTheSameBase() throws IOException {
        Block base = Fixtures.mlp(manager, 1);
        Fixtures.set(base.getParameters().valueAt(5).getArray(), 7, 7, 7);
        Rlrr.load(base, folder).close();
    }
}
