package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.ArcConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.LoraConfig;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.ResidualDropout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Vision Transformer whose blocks are computed again in backward. */
class RecomputationTest {

    private static final ArcConfig NARROW =
            new ArcConfig(
                    16, List.of("attn.{query,key,value}"), List.of("mlp.fc1"), List.of("head"), 0);

    private static FineTuner.Builder tuner(AdaptedBlock adapted) throws IOException {
        return FineTuner.builder(adapted).dataset(Parity.data()).batchSize(4).epochs(4).seed(5);
    }

    private static Map<String, float[]> tensors(AdaptedBlock adapted) {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        adapted.trainableTensors()
                .forEach(t -> tensors.put(t.name(), t.parameter().getArray().toFloatArray()));
        return tensors;
    }

    private static void assertEqual(Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((name, v) -> assertThat(v).as(name).isEqualTo(expected.get(name)));
    }

    private static Map<String, float[]> trained(
            boolean recompute, ResidualDropout dropout, Precision precision, int accumulation)
            throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted =
                        Parity.adapted(
                                vit.withDropout(dropout).withPrecision(precision),
                                "adapter_initial.npz")) {
            tuner(adapted).recompute(recompute).accumulation(accumulation).build().fit();
            return tensors(adapted);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, FLOAT32, 1",
        "0.3, 0, FLOAT32, 1",
        "0.2, 0.3, FLOAT32, 2",
        "0.2, 0.3, BFLOAT16, 1"
    })
    void trainsToTheSameValuesBitForBit(
            double elements, double examples, Precision precision, int accumulation)
            throws IOException {
        ResidualDropout dropout = new ResidualDropout(elements, examples);
        Map<String, float[]> kept = trained(false, dropout, precision, accumulation);
        assertEqual(trained(true, dropout, precision, accumulation), kept);
    }

    @Test
    void fullFineTuningTrainsToTheSameValuesToo() throws IOException {
        Map<String, float[]> kept = trained(false, new FullFineTuningConfig());
        assertEqual(trained(true, new FullFineTuningConfig()), kept);
        assertThat(kept).containsKey("patch_embed.proj.weight");
    }

    /**
     * Every block adds to the gradient of the projections: one block's uses together when it is
     * computed again, all in a row when not. That rounds otherwise, and AdamW divides by the root
     * of what it has seen, which makes differences of small gradients larger.
     */
    @Test
    void tensorsThatBlocksShareTrainToTheSameValuesButForRounding() throws IOException {
        Map<String, float[]> kept = trained(false, NARROW);
        Map<String, float[]> again = trained(true, NARROW);
        assertThat(again.keySet()).isEqualTo(kept.keySet()).contains("arc.mlp.projection");
        kept.forEach(
                (name, values) -> {
                    float[] other = Objects.requireNonNull(again.get(name));
                    assertThat(Parity.largestDifference(other, values))
                            .as(name)
                            .isLessThan(1e-3 * Parity.largest(values));
                });
    }

    @Test
    void blocksBeforeWhichNothingIsTrainedNeedNoBackward() throws IOException {
        LoraConfig late = new LoraConfig(2, 2, List.of("blocks.2.attn.value"), List.of("head"), 0);
        for (AdapterConfig config : List.of(new LinearProbeConfig(), new LoraConfig(), late)) {
            assertEqual(trained(true, config), trained(false, config));
        }
    }

    private static Map<String, float[]> trained(boolean recompute, AdapterConfig config)
            throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
            tuner(adapted).recompute(recompute).build().fit();
            return tensors(adapted);
        }
    }

    @Test
    void aRunThatWasStoppedMayGoOnWithRecomputation(@TempDir Path folder) throws IOException {
        Map<String, float[]> whole = trained(false, ResidualDropout.NONE, Precision.FLOAT32, 1);
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = Parity.adapted(vit, "adapter_initial.npz")) {
            int[] asked = new int[1];
            FineTuneResult first =
                    tuner(adapted).state(folder).stopWhen(() -> ++asked[0] > 3).build().fit();
            assertThat(first.stopped()).isTrue();
        }
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = Parity.adapted(vit, "adapter_initial.npz")) {
            tuner(adapted).state(folder).recompute(true).build().fit();
            assertEqual(tensors(adapted), Objects.requireNonNull(whole));
        }
    }
}
