package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** LayerScale's γ, read as γ·s. */
class LayerScaleTest {

    private static VisionTransformer network() throws IOException {
        return VitCheckpoint.load(Parity.resource("timm/layer-scale.safetensors"));
    }

    private static float[] logits(Block network, NDManager manager) {
        NDArray images = manager.ones(new Shape(1, 3, 8, 8));
        ParameterStore store = new ParameterStore(manager, false);
        return network.forward(store, new NDList(images), false).head().toFloatArray();
    }

    private static AdapterConfig scales() {
        return RlrrConfig.builder().targets().scaleAndShift("all-scale").fullyTrained().build();
    }

    @Test
    void everyScaleIsMultiplied() throws IOException {
        try (VisionTransformer vit = network();
                AdaptedBlock adapted = Rlrr.adapt(vit, scales());
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(adapted.trainableTensors())
                    .hasSize(2 * vit.config().depth())
                    .extracting(TrainableTensor::name)
                    .contains("blocks.0.ls1.scale", "blocks.0.ls2.scale");
            float[] gamma = gamma(vit);
            adapted.trainableTensors().forEach(t -> t.parameter().getArray().muli(3));
            float[] expected = new float[gamma.length];
            float[] s =
                    adapted.trainableTensors().stream()
                            .filter(t -> t.name().equals("blocks.0.ls1.scale"))
                            .findFirst()
                            .orElseThrow()
                            .parameter()
                            .getArray()
                            .toFloatArray();
            for (int i = 0; i < gamma.length; i++) {
                expected[i] = gamma[i] * s[i];
            }
            try (VisionTransformer merged = vit.merged(adapted)) {
                assertThat(gamma(merged)).isEqualTo(expected);
                float[] actual = logits(adapted, manager);
                assertThat(largestDifference(logits(merged, manager), actual))
                        .isLessThan(1e-5 * largest(actual));
                assertThat(largestDifference(logits(vit, manager), actual)).isGreaterThan(1e-3);
            }
        }
    }

    private static float[] gamma(VisionTransformer vit) {
        return ModuleTree.of(vit).parameters().get("blocks.0.ls1.gamma").getArray().toFloatArray();
    }

    /** It means the same on every network. */
    @Test
    void thePublishedConfigurationLeavesItAlone() throws IOException {
        try (VisionTransformer vit = network();
                AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
            assertThat(adapted.adaptedModules()).noneMatch(path -> path.contains(".ls"));
        }
    }
}
