package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.swin.SwinConfig;
import io.github.rlrr.vit.swin.SwinTransformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Vectors are timm's {@code forward_features}, pooled alike: {@code parity/cousins/make_pooled.py}
 * made the numbers.
 */
class PoolingTest {

    private static final double TOLERANCE = 1e-5;

    @TempDir private Path folder;

    private VisionTransformer load(String name) throws IOException {
        Files.copy(
                Parity.resource("cousins/" + name + ".safetensors"),
                folder.resolve("model.safetensors"));
        Files.copy(Parity.resource("cousins/" + name + ".json"), folder.resolve("config.json"));
        return VitCheckpoint.load(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "dinov2-registers", "distilled", "mean", "plain", "siglip"})
    void vectorsAreThoseOfTimm(String name) throws IOException {
        try (VisionTransformer vit = load(name);
                TensorReader images =
                        TensorReader.open(
                                Parity.resource("cousins/" + name + ".numbers.safetensors"));
                TensorReader pooled =
                        TensorReader.open(Parity.resource("cousins/pooled.safetensors"));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray input = images.read("images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            float[] mean = pooled.readFloats(name + ".mean");
            assertNear(vit.embedding(Pooling.MEAN, store, input, false), mean);
            assertThat(vit.embedding(Pooling.HEAD, store, input, false))
                    .isEqualTo(vit.embedding(store, input, false));
            if (name.equals("siglip")) {
                for (Pooling each : List.of(Pooling.CLASS_TOKEN, Pooling.CLASS_TOKEN_AND_MEAN)) {
                    assertThatThrownBy(() -> vit.embedding(each, store, input, false))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(
                                    "this network has no class token; take mean or head instead of "
                                            + each);
                }
                return;
            }
            float[] first = pooled.readFloats(name + ".class");
            assertNear(vit.embedding(Pooling.CLASS_TOKEN, store, input, false), first);
            NDArray both = vit.embedding(Pooling.CLASS_TOKEN_AND_MEAN, store, input, false);
            int width = vit.config().width();
            assertNear(both.get(":, :" + width), first);
            assertNear(both.get(":, " + width + ":"), mean);
        }
    }

    private static void assertNear(NDArray actual, float[] expected) {
        assertThat(largestDifference(actual.toFloatArray(), expected))
                .isLessThan(TOLERANCE * largest(expected));
    }

    @Test
    void aNetworkWithoutAClassTokenSaysSo() {
        SwinConfig config =
                new SwinConfig(
                        16,
                        16,
                        4,
                        16,
                        List.of(1),
                        List.of(2),
                        List.of(4),
                        List.of(0),
                        32,
                        3,
                        1e-5f,
                        Set.of());
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SwinTransformer swin = new SwinTransformer(config)) {
            ParameterStore store = new ParameterStore(manager, false);
            NDArray images = manager.zeros(new ai.djl.ndarray.types.Shape(1, 3, 16, 16));
            assertThatThrownBy(() -> swin.embedding(Pooling.CLASS_TOKEN, store, images, false))
                    .hasMessage(
                            "this network has no class token; take mean or head instead of class");
        }
    }
}
