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
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.checkpoint.Backbones;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every method on every kind of network there is a small checkpoint of: trained, saved, loaded,
 * merged, and written in each layout that has such a network.
 */
@Tag("slow")
class EveryMethodTest {

    private static final double TOLERANCE = 1e-5;

    @TempDir private Path folder;

    static Stream<Arguments> networksAndMethods() throws IOException {
        return SmallNetworks.names()
                .flatMap(
                        network ->
                                AdapterMethods.all().keySet().stream()
                                        .map(method -> Arguments.of(network, method)));
    }

    private static ImageDataset images(BackboneConfig config) {
        SplittableRandom random = new SplittableRandom(7);
        List<RgbImage> images = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            byte[] pixels = new byte[3 * config.imageWidth() * config.imageHeight()];
            random.nextBytes(pixels);
            images.add(new RgbImage(config.imageWidth(), config.imageHeight(), pixels));
        }
        return ImageDataset.of(
                images,
                List.of(0, 1, 2, 1),
                List.of("a", "b", "c"),
                Preprocessing.vitDefault(config.imageHeight())
                        .withSize(config.imageHeight(), config.imageWidth()));
    }

    private static float[] logits(Block network, ImageDataset images) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            int size = Math.toIntExact(images.exampleShape().size());
            float[] values = new float[images.size() * size];
            for (int i = 0; i < images.size(); i++) {
                images.read(i, new SplittableRandom(0), values, i * size);
            }
            Shape shape = new Shape(images.size()).addAll(images.exampleShape());
            NDArray batch = manager.create(values, shape);
            ParameterStore store = new ParameterStore(manager, false);
            return network.forward(store, new NDList(batch), false).head().toFloatArray();
        }
    }

    @ParameterizedTest
    @MethodSource("networksAndMethods")
    void everyMethodAdaptsAndMerges(String network, String method) throws IOException {
        try (Backbone loaded = SmallNetworks.load(network, folder)) {
            // Its usual bottleneck is wider than these networks.
            Map<String, String> settings =
                    method.equals("arc") ? Map.of("bottleneck", "4") : Map.of();
            Backbone base = loaded.withHead(3);
            ImageDataset images = images(base.config());
            try (AdaptedBlock adapted =
                    Rlrr.adapt(base, AdapterMethods.named(method).configure(settings, 0))) {
                float[] before = logits(adapted, images);
                train(adapted, images);
                float[] after = logits(adapted, images);
                assertThat(largestDifference(after, before)).isGreaterThan(1e-3);
                adapted.save(folder.resolve("adapter"), new AdapterMetadata());
                try (AdaptedBlock again = Rlrr.load(base, folder.resolve("adapter"));
                        Backbone merged = base.merged(again)) {
                    assertThat(logits(again, images)).isEqualTo(after);
                    assertThat(largestDifference(logits(merged, images), after))
                            .isLessThan(TOLERANCE * largest(after));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.rlrr.vit.SmallNetworks#names")
    void whatIsMergedIsWrittenAndReadAgain(String network) throws IOException {
        try (Backbone loaded = SmallNetworks.load(network, folder)) {
            Backbone base = loaded.withHead(3);
            ImageDataset images = images(base.config());
            try (AdaptedBlock adapted = Rlrr.adapt(base, RlrrConfig.published())) {
                train(adapted, images);
                try (Backbone merged = base.merged(adapted)) {
                    assertWrittenAndRead(merged, images);
                }
            }
        }
    }

    private void assertWrittenAndRead(Backbone merged, ImageDataset images) throws IOException {
        float[] expected = logits(merged, images);
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), images.preprocessing().toMap());
        int written = 0;
        for (VitLayout layout : VitLayout.values()) {
            Path out = folder.resolve(layout.name());
            try {
                Backbones.of(merged)
                        .export(merged, out, layout, TensorType.F32, metadata, Map.of());
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageMatching("(?s).*(layout|timm|Hugging Face).*");
                continue;
            }
            written++;
            try (Backbone again = SmallNetworks.load(out)) {
                assertThat(largestDifference(logits(again, images), expected))
                        .isLessThan(TOLERANCE * largest(expected));
            }
        }
        assertThat(written).as("layouts that have it").isPositive();
    }

    private static void train(AdaptedBlock adapted, ImageDataset images) {
        FineTuner.builder(adapted)
                .dataset(images)
                .batchSize(4)
                .epochs(1)
                .schedule(step -> 1e-2)
                .build()
                .fit();
    }
}
