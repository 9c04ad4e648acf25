package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.nn.Block;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuner;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method but the linear probe, on a Vision Transformer. */
class OtherMethodsTest {

    static Stream<AdapterConfig> configs() {
        return AdapterMethods.all().values().stream()
                // ARC's usual bottleneck is wider than this network.
                .map(
                        m ->
                                m.name().equals("arc")
                                        ? m.configure(Map.of("bottleneck", "16"), 0)
                                        : m.defaults())
                .filter(config -> !(config instanceof LinearProbeConfig));
    }

    private static Map<String, float[]> weights(Block block) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        ModuleTree.of(block)
                .parameters()
                .forEach((path, p) -> weights.put(path, p.getArray().toFloatArray()));
        return weights;
    }

    private static List<EpochMetrics> train(AdaptedBlock adapted) throws IOException {
        return FineTuner.builder(adapted)
                .dataset(Parity.data())
                .batchSize(4)
                .epochs(20)
                .learningRate(0.003)
                .build()
                .fit()
                .epochs();
    }

    @ParameterizedTest
    @MethodSource("configs")
    void theLossFallsAndTheBaseNeverMoves(AdapterConfig config) throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
            Map<String, float[]> before = weights(vit);
            List<EpochMetrics> epochs = train(adapted);
            assertThat(epochs.get(19).trainLoss()).isLessThan(0.7 * epochs.get(0).trainLoss());
            weights(vit).forEach((path, w) -> assertThat(w).as(path).isEqualTo(before.get(path)));
        }
    }

    @Test
    void theMergedModelOfFullFineTuningIsTheTrainedTensors() throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = Rlrr.adapt(vit, new FullFineTuningConfig())) {
            Map<String, float[]> before = weights(vit);
            train(adapted);
            try (VisionTransformer merged = vit.merged(adapted)) {
                Map<String, float[]> after = weights(merged);
                assertThat(adapted.trainableTensors()).hasSameSizeAs(after.keySet());
                adapted.trainableTensors()
                        .forEach(
                                tensor ->
                                        assertThat(after.get(tensor.name()))
                                                .as(tensor.name())
                                                .isEqualTo(
                                                        tensor.parameter()
                                                                .getArray()
                                                                .toFloatArray())
                                                .isNotEqualTo(before.get(tensor.name())));
            }
        }
    }
}
