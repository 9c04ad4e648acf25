package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.floats;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.vit.checkpoint.PublishedAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the published code, see parity/README.md; forward to 1e-5 as there. */
class PublishedAdapterTest {

    private static float[] logits(AdaptedBlock adapted) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDList images =
                    new NDList(manager.create(floats("io.npz", "images"), new Shape(4, 3, 16, 16)));
            ParameterStore store = new ParameterStore(manager, false);
            return adapted.forward(store, images, false).head().toFloatArray();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"adapter_initial.pth", "adapter_cuda.pth"})
    void aPublishedFileGivesThePublishedLogits(String file) throws IOException {
        try (VisionTransformer vit = Parity.tiny().withHead(11);
                AdaptedBlock adapted = PublishedAdapter.load(vit, Parity.file(file))) {
            assertThat(largestDifference(logits(adapted), floats("io.npz", "adapted_logits")))
                    .isLessThan(1e-5);
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                assertThat(tensor.parameter().getArray().toFloatArray())
                        .as(tensor.name())
                        .isEqualTo(
                                floats("adapter_initial.npz", Parity.publishedName(tensor.name())));
            }
        }
    }

    @Test
    void itBecomesAnAdapterFolder(@TempDir Path folder) throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted =
                        PublishedAdapter.load(vit, Parity.file("adapter_initial.pth"))) {
            adapted.save(folder, new AdapterMetadata());
            try (AdaptedBlock loaded = Rlrr.load(vit, folder)) {
                assertThat(logits(loaded)).isEqualTo(logits(adapted));
            }
        }
    }

    private static void refused(VitConfig base, Path file, String... reasons) {
        try (NDManager manager = NDManager.newBaseManager();
                VisionTransformer vit = new VisionTransformer(base)) {
            vit.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 16, 16));
            var thrown =
                    assertThatThrownBy(() -> PublishedAdapter.load(vit, file))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining(file.getFileName().toString());
            for (String reason : reasons) {
                thrown.hasMessageContaining(reason);
            }
        }
    }

    @Test
    void aBaseOfAnotherGeometryIsRefusedWithTheTensorsThatDoNotFit() {
        refused(
                new VitConfig(16, 16, 4, 32, 4, 4, 48, 5, 1e-6f),
                Parity.file("adapter_initial.pth"),
                "blocks.3.norm1.scale is missing",
                "blocks.0.mlp.fc1.scale_right has shape (64, 1), expected (48, 1)",
                " and 26 more");
    }

    @Test
    void aFileThatIsNoPublishedAdapterIsRefusedByItsTensors() {
        refused(
                Parity.TINY,
                Parity.file("base_timm.safetensors"),
                "patch_embed.proj.scale is missing; patch_embed.proj.shift is missing;",
                " and 107 more");
    }

    @Test
    void aTruncatedFileIsRefused(@TempDir Path folder) throws IOException {
        byte[] whole = Files.readAllBytes(Parity.file("adapter_initial.pth"));
        Path cut = folder.resolve("cut.pth");
        Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
        refused(Parity.TINY, cut);
    }
}
