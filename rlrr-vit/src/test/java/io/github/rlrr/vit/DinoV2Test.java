package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.checkpoint.CheckpointDescription;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DINOv2 as Transformers and timm write it, at its own image size and at an oblong one, where each
 * library resizes positions in its own way: {@code parity/dinov2/make_dinov2.py}.
 */
class DinoV2Test {

    private static final double TOLERANCE = 1e-5;

    @TempDir private Path folder;

    private Path hub(String name) throws IOException {
        Path weights = Parity.resource("dinov2/" + name + ".safetensors");
        Path said = Path.of(weights.toString().replace(".safetensors", ".json"));
        Path hub = Files.createDirectories(folder.resolve(name));
        Files.copy(weights, hub.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(said, hub.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        return hub;
    }

    private static float[] logits(VisionTransformer vit, String name, String prefix)
            throws IOException {
        try (TensorReader numbers = numbers(name);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = numbers.read(prefix + "images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return vit.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    private static TensorReader numbers(String name) throws IOException {
        return TensorReader.open(Parity.resource("dinov2/" + name + ".numbers.safetensors"));
    }

    private static void assertExact(VisionTransformer vit, String name, String prefix)
            throws IOException {
        try (TensorReader numbers = numbers(name)) {
            float[] expected = numbers.readFloats(prefix + "logits");
            assertThat(largestDifference(logits(vit, name, prefix), expected))
                    .isLessThan(TOLERANCE * largest(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "transformers, LAYER_SCALE CLASS_AND_AVERAGE_POOLING",
        "transformers-gated, LAYER_SCALE SWIGLU CLASS_AND_AVERAGE_POOLING",
        "transformers-registers, LAYER_SCALE REGISTERS CLASS_AND_AVERAGE_POOLING",
        "timm, LAYER_SCALE",
        "timm-registers, LAYER_SCALE REGISTERS PATCH_POSITIONS"
    })
    void itsLogitsAreTheLibrarysAtBothSizes(String name, String variations) throws IOException {
        Path hub = hub(name);
        VitConfig config = VitCheckpoint.inferConfig(hub);
        assertThat(config.variations())
                .map(VitVariation::name)
                .containsExactlyInAnyOrder(variations.split(" ", -1));
        try (VisionTransformer vit = VitCheckpoint.load(hub)) {
            assertExact(vit, name, "");
        }
        try (VisionTransformer vit = VitCheckpoint.load(hub, config.withImageSize(12, 20))) {
            assertExact(vit, name, "oblong.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"transformers", "transformers-gated", "transformers-registers"})
    void whatIsWrittenForTransformersIsWhatItWrote(String name) throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(8).toMap());
        Path written = folder.resolve("written");
        try (VisionTransformer vit = VitCheckpoint.load(hub(name))) {
            VitCheckpoint.export(vit, written, VitLayout.HUGGINGFACE, TensorType.F32, metadata);
            try (VisionTransformer back = VitCheckpoint.load(written)) {
                assertThat(back.config()).isEqualTo(vit.config());
                assertThat(logits(back, name, "")).isEqualTo(logits(vit, name, ""));
            }
        }
        try (TensorReader ours = TensorReader.open(written.resolve("model.safetensors"));
                TensorReader theirs =
                        TensorReader.open(Parity.resource("dinov2/" + name + ".safetensors"))) {
            for (TensorInfo tensor : theirs.tensors().values()) {
                if (!tensor.name().endsWith("mask_token")) {
                    assertThat(ours.readFloats(tensor.name()))
                            .as(tensor.name())
                            .isEqualTo(theirs.readFloats(tensor.name()));
                }
            }
            assertThat(ours.tensors()).hasSize(theirs.tensors().size() - 1);
        }
    }

    @Test
    void itRunsAtTheSizeThatItsImagesArePreparedFor() throws IOException {
        Path hub = hub("transformers");
        Files.writeString(
                hub.resolve("preprocessor_config.json"),
                """
                {"image_processor_type": "BitImageProcessor", "do_center_crop": true,
                 "crop_size": {"height": 12, "width": 12}, "size": {"shortest_edge": 14},
                 "resample": 3, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
                """);
        CheckpointDescription description = VitCheckpoint.describe(hub);
        assertThat(description.config().imageHeight()).isEqualTo(12);
        assertThat(description.preprocessing().orElseThrow().height()).isEqualTo(12);
        try (VisionTransformer vit = VitCheckpoint.load(hub)) {
            assertThat(vit.config().tokens()).isEqualTo(1 + 3 * 3);
        }
    }

    @Test
    void aLayoutWithoutSuchAModelIsRefused() throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(8).toMap());
        try (VisionTransformer vit = VitCheckpoint.load(hub("timm-registers"))) {
            assertThatThrownBy(
                            () ->
                                    VitCheckpoint.export(
                                            vit,
                                            folder.resolve("out"),
                                            VitLayout.HUGGINGFACE,
                                            TensorType.F32,
                                            metadata))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the layout of Hugging Face has no model with [")
                    .hasMessageContaining("REGISTERS");
        }
        assertThat(folder.resolve("out")).doesNotExist();
    }
}
