package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A folder of format version 1, written once and never again: it must load for ever. */
class GoldenAdapterTest {

    private static Path folder() throws URISyntaxException {
        var config = GoldenAdapterTest.class.getResource("/golden/v1/adapter_config.json");
        return Path.of(Objects.requireNonNull(config).toURI()).getParent();
    }

    /** The same weights from another file are the same base; ε differs by less than is seen. */
    @ParameterizedTest
    @CsvSource({
        "base_google.npz, 1e-6",
        "base_timm.safetensors, 1e-6",
        "base_huggingface.safetensors, 1e-12"
    })
    void itLoadsOnItsBaseFromEveryLayout(String base, float epsilon)
            throws IOException, URISyntaxException {
        VitConfig config = new VitConfig(16, 16, 4, 32, 3, 4, 64, 5, epsilon);
        try (VisionTransformer vit = VitCheckpoint.load(Parity.file(base), config);
                AdaptedBlock adapted = Rlrr.load(vit, folder());
                TensorReader expected =
                        TensorReader.open(folder().resolve("expected_logits.safetensors"));
                NDManager manager = NDManager.newBaseManager()) {
            NDList images =
                    new NDList(
                            manager.create(
                                    Parity.floats("io.npz", "images"), new Shape(4, 3, 16, 16)));
            float[] logits =
                    adapted.forward(new ParameterStore(manager, false), images, false)
                            .head()
                            .toFloatArray();
            assertThat(Parity.largestDifference(logits, expected.readFloats("logits")))
                    .isLessThan(2e-5);
        }
    }

    @Test
    void itSaysWhatItSaid() throws IOException, URISyntaxException {
        AdapterFolder.Description said = AdapterFolder.describe(folder());
        assertThat(said.config()).isEqualTo(RlrrConfig.builder().rank(2).seed(7).build());
        assertThat(said.metadata().baseModel()).isEqualTo("base_google.npz");
        assertThat(said.metadata().classNames()).containsExactly("a", "b", "c", "d", "e");
        assertThat(Preprocessing.fromMap(said.metadata().preprocessing()))
                .isEqualTo(Preprocessing.vitDefault(16).withSixteenBit(SixteenBit.CLIP));
        assertThat(said.baseFingerprint())
                .isEqualTo(
                        "sha256:d49915f60b16420cc9f0de6b8ade28b705af01face5850f4a3391326a66d7249");
    }
}
