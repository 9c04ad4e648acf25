package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.part.ResidualDropout;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often training reads from the device: on a GPU each reading waits for all that is queued. */
class DeviceReadsTest {

    @BeforeAll
    static void weave() {
        DeviceReads.weave();
    }

    @Test
    void aReadingIsCounted() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray array = manager.create(new float[] {1, 2});
            int before = DeviceReads.COUNT.get();
            assertThat(array.toFloatArray()).containsExactly(1, 2);
            assertThat(array.sum().getFloat()).isEqualTo(3);
            assertThat(DeviceReads.COUNT.get() - before).isEqualTo(2);
        }
    }

    private static int reads(int epochs, boolean recompute) throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted =
                        Parity.adapted(
                                vit.withDropout(new ResidualDropout(0.1, 0.1)),
                                "adapter_initial.npz")) {
            FineTuner tuner =
                    FineTuner.builder(adapted)
                            .dataset(Parity.data())
                            .batchSize(1)
                            .accumulation(1)
                            .clipNorm(1)
                            .epochs(epochs)
                            .warmupEpochs(0)
                            .recompute(recompute)
                            .build();
            int before = DeviceReads.COUNT.get();
            tuner.fit();
            return DeviceReads.COUNT.get() - before;
        }
    }

    /** Losses of five steps are read together, and the count of those classified right. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void stepsReadTheirLossesTogetherAndNothingElse(boolean recompute) throws IOException {
        int stepsAnEpoch = Parity.data().size();
        int readingsAnEpoch = (stepsAnEpoch + 4) / 5;
        int first = reads(1, recompute);
        assertThat(reads(4, recompute) - first).isEqualTo(3 * 2 * readingsAnEpoch);
    }
}
