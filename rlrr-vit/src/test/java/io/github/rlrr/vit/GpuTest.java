package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.floats;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.part.Precision;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A GPU against the CPU: the same model, data and seeds. docs/platforms.md says how to run it. */
@Tag("gpu")
class GpuTest {

    private static VisionTransformer tiny(Device device) throws IOException {
        return VitCheckpoint.load(Parity.file("base_timm.safetensors"), Parity.TINY, device);
    }

    private static float[] logits(Device device, Precision precision) throws IOException {
        try (VisionTransformer vit = tiny(device);
                AdaptedBlock adapted =
                        Rlrr.adapt(vit.withPrecision(precision), RlrrConfig.published());
                NDManager manager = NDManager.newBaseManager(device)) {
            NDList images =
                    new NDList(manager.create(floats("io.npz", "images"), new Shape(4, 3, 16, 16)));
            return adapted.forward(new ParameterStore(manager, false), images, false)
                    .head()
                    .toFloatArray();
        }
    }

    /** The CPU's float32 is the reference for both types. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-4", "BFLOAT16, 0.1"})
    void theLogitsAreTheCpus(Precision precision, double tolerance) throws IOException {
        float[] expected = logits(Device.cpu(), Precision.FLOAT32);
        assertThat(largestDifference(logits(Device.gpu(0), precision), expected))
                .isLessThan(tolerance);
    }

    private static double lastLoss(Device device, Precision precision, boolean recompute)
            throws IOException {
        try (VisionTransformer vit = tiny(device);
                AdaptedBlock adapted =
                        Rlrr.adapt(vit.withPrecision(precision), RlrrConfig.published())) {
            FineTuneResult result =
                    FineTuner.builder(adapted)
                            .dataset(Parity.data())
                            .batchSize(4)
                            .epochs(8)
                            .recompute(recompute)
                            .build()
                            .fit();
            return result.epochs().get(result.epochs().size() - 1).trainLoss();
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void trainingFollowsTheCpusWithAndWithoutRecomputation(Precision precision) throws IOException {
        double cpu = lastLoss(Device.cpu(), Precision.FLOAT32, false);
        for (boolean recompute : new boolean[] {false, true}) {
            double gpu = lastLoss(Device.gpu(0), precision, recompute);
            assertThat(Math.abs(gpu - cpu) / cpu)
                    .isLessThan(precision == Precision.FLOAT32 ? 0.01 : 0.1);
        }
    }
}
