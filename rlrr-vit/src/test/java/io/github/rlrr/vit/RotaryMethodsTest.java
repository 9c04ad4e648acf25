package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method on networks that turn queries and keys: trained, saved, loaded and merged. */
class RotaryMethodsTest {

    private static final double TOLERANCE = 1e-5;

    @TempDir private Path folder;

    static Stream<Arguments> networksAndMethods() {
        return Stream.of("dinov3-gated", "eva02-clip", "learned", "pooled")
                .flatMap(
                        name ->
                                AdapterMethods.all().values().stream()
                                        .map(method -> Arguments.of(name, method.name())));
    }

    @ParameterizedTest
    @MethodSource("networksAndMethods")
    void everyMethodAdaptsAndMerges(String name, String method) throws IOException {
        AdapterMethod found = AdapterMethods.all().get(method);
        // ARC's usual bottleneck is wider than these networks.
        AdapterConfig config =
                method.equals("arc")
                        ? found.configure(Map.of("bottleneck", "8"), 0)
                        : found.defaults();
        Path saved = folder.resolve("adapter");
        try (TensorReader numbers = RotaryCases.numbers(name);
                VisionTransformer vit = VitCheckpoint.load(RotaryCases.hub(folder, name));
                AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
            float[] before = RotaryCases.logits(adapted, name, "");
            FineTuner.builder(adapted)
                    .dataset(RotaryCases.data(numbers))
                    .batchSize(4)
                    .epochs(3)
                    .schedule(step -> 3e-3)
                    .build()
                    .fit();
            float[] after = RotaryCases.logits(adapted, name, "");
            assertThat(largestDifference(after, before)).isGreaterThan(1e-3);
            adapted.save(saved, new AdapterMetadata());
            try (AdaptedBlock loaded = Rlrr.load(vit, saved);
                    VisionTransformer merged = vit.merged(loaded)) {
                assertThat(RotaryCases.logits(loaded, name, "")).isEqualTo(after);
                assertThat(merged.config()).isEqualTo(vit.config());
                assertThat(largestDifference(RotaryCases.logits(merged, name, ""), after))
                        .isLessThan(TOLERANCE * largest(after));
            }
        }
    }
}
