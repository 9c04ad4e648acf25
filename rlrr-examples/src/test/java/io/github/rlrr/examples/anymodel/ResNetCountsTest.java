package io.github.rlrr.examples.anymodel;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.ParameterReport;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuner;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What rank 1 and rank 10 cost on DJL's ResNets, added up here from the architecture. */
class ResNetCountsTest {

    /** Large enough for the stem of 7×7 and its pooling. */
    private static final int PIXELS = 64;

    private static final int CLASSES = 5;

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** Adds up layer by layer; a norm costs a scale and a shift for each channel. */
    private static final class Sum {

        private final int rank;
        private long adapter;
        private long convolutions;

        Sum(int rank) {
            this.rank = rank;
        }

        void convolution(long in, long out, long kernel, boolean bias) {
            adapter += rank * (in * kernel + out * kernel) + (bias ? out : 0);
            adapter += 2 * out; // its norm
            convolutions++;
        }
    }

    /** DJL builds every depth of bottlenecks: 1×1, 3×3 and 1×1, the outer two with a bias. */
    private static Sum expected(int layers, int rank) {
        int[] units = layers == 18 ? new int[] {2, 2, 2, 2} : new int[] {3, 4, 6, 3};
        int[] filters =
                layers == 18 ? new int[] {64, 128, 256, 512} : new int[] {256, 512, 1024, 2048};
        Sum sum = new Sum(rank);
        sum.convolution(3, 64, 7, false);
        long in = 64;
        for (int stage = 0; stage < units.length; stage++) {
            long out = filters[stage];
            for (int unit = 0; unit < units[stage]; unit++) {
                sum.convolution(in, out / 4, 1, true);
                sum.convolution(out / 4, out / 4, 3, false);
                sum.convolution(out / 4, out, 1, true);
                if (unit == 0) {
                    sum.convolution(in, out, 1, false);
                }
                in = out;
            }
        }
        return sum;
    }

    private Block network(int layers) {
        return PlainDjl.initialized(
                AdaptResNet.network(layers, PIXELS), manager, new Shape(1, 3, PIXELS, PIXELS));
    }

    @ParameterizedTest
    @CsvSource({"18, 1, 19381", "18, 10, 101938", "50, 1, 136597", "50, 10, 717970"})
    void theAdapterHasTheNumbersOfTheArchitecture(int layers, int rank, long documented) {
        Sum expected = expected(layers, rank);
        assertThat(expected.adapter).as("docs/adapting.md").isEqualTo(documented);
        long features = layers == 18 ? 512 : 2048;
        try (AdaptedBlock adapted = Rlrr.adapt(network(layers), AdaptResNet.config(rank))) {
            ParameterReport report = adapted.parameterReport();
            assertThat(report.adapter()).isEqualTo(expected.adapter);
            assertThat(report.replaced()).isEqualTo(features * CLASSES + CLASSES);
            assertThat(report.adaptedModules())
                    .containsEntry("Rescaling of convolution", (int) expected.convolutions)
                    .containsEntry("ScaleAndShift of norm", (int) expected.convolutions);
            assertThat(report.untouched()).isEmpty();
        }
    }

    @Test
    @Tag("slow")
    void aFewStepsOfAnUntrainedResNet50LowerItsLoss(@TempDir Path folder) throws Exception {
        Engine.getInstance().setRandomSeed(1);
        Clothes clothes = Clothes.load(folder, PIXELS);
        try (AdaptedBlock adapted = Rlrr.adapt(network(50), AdaptResNet.config(10))) {
            List<EpochMetrics> epochs =
                    FineTuner.builder(adapted)
                            .dataset(new EveryNth(clothes.fresh(), 25))
                            .epochs(5)
                            .batchSize(16)
                            .warmupEpochs(0)
                            .learningRate(5e-3)
                            .build()
                            .fit()
                            .epochs();
            assertThat(epochs.get(4).trainLoss()).isLessThan(0.9 * epochs.get(0).trainLoss());
        }
    }
}
