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
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.data.LabelledDataset;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method on image towers of CLIP and SigLIP: trained, saved, loaded and merged. */
class TowerMethodsTest {

    private static final double TOLERANCE = 1e-5;
    private static final int IMAGE = 3 * 8 * 8;

    @TempDir private Path folder;

    static Stream<Arguments> networksAndMethods() {
        return Stream.of("clip-classifier", "siglip-classifier", "siglip-vision", "clip-vision")
                .flatMap(
                        name ->
                                AdapterMethods.all().values().stream()
                                        .map(method -> Arguments.of(name, method.name())));
    }

    private static float[] logits(Block block, TensorReader numbers) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = numbers.read("images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return block.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    private static LabelledDataset data(TensorReader numbers) throws IOException {
        float[] images = numbers.readFloats("images");
        return new LabelledDataset() {
            @Override
            public int size() {
                return 2;
            }

            @Override
            public Shape exampleShape() {
                return new Shape(3, 8, 8);
            }

            @Override
            public List<String> classNames() {
                return List.of("a", "b", "c");
            }

            @Override
            public int label(int index) {
                return index;
            }

            @Override
            public void read(int index, SplittableRandom random, float[] target, int offset) {
                System.arraycopy(images, index * IMAGE, target, offset, IMAGE);
            }
        };
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
        Path hub = Parity.resource("published/" + name + "/weights");
        try (TensorReader numbers =
                        TensorReader.open(
                                Parity.resource("published/" + name + "/numbers.safetensors"));
                VisionTransformer tower = VitCheckpoint.load(hub);
                VisionTransformer vit = tower.withHead(3);
                AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
            float[] before = logits(adapted, numbers);
            FineTuner.builder(adapted)
                    .dataset(data(numbers))
                    .batchSize(2)
                    .epochs(3)
                    .schedule(step -> 3e-3)
                    .build()
                    .fit();
            float[] after = logits(adapted, numbers);
            assertThat(largestDifference(after, before)).isGreaterThan(1e-3);
            adapted.save(saved, new AdapterMetadata());
            try (AdaptedBlock loaded = Rlrr.load(vit, saved);
                    VisionTransformer merged = vit.merged(loaded)) {
                assertThat(logits(loaded, numbers)).isEqualTo(after);
                assertThat(merged.config()).isEqualTo(vit.config());
                assertThat(largestDifference(logits(merged, numbers), after))
                        .isLessThan(TOLERANCE * Math.max(0.1, largest(after)));
            }
        }
    }
}
