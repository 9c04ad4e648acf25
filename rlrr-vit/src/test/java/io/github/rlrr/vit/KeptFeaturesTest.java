package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.data.Examples;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.ArcConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.LoraConfig;
import io.github.rlrr.method.NormTuningConfig;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.task.Figure;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.checkpoint.SwinCheckpoint;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.KeptFeatures;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import io.github.rlrr.vit.part.ResidualDropout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training on what a frozen part of a network answers, computed once. */
class KeptFeaturesTest {

    private static final int BATCH = 4;
    private static final int CLASSES = 3;

    private static Backbone network(String config) throws IOException {
        return config.startsWith("swin")
                ? SwinCheckpoint.load(Parity.resource("swin/original-v1.pth"))
                : Parity.tiny();
    }

    private static ImageDataset images(Backbone network, int count, long seed, boolean flip) {
        int side = network.config().imageHeight();
        SplittableRandom random = new SplittableRandom(seed);
        List<RgbImage> images = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] pixels = new byte[3 * side * side];
            random.nextBytes(pixels);
            images.add(new RgbImage(side, side, pixels));
            labels.add(random.nextInt(CLASSES));
        }
        Preprocessing preprocessing = Preprocessing.vitDefault(side);
        return ImageDataset.of(images, labels, List.of("a", "b", "c"), preprocessing)
                .withFlip(flip);
    }

    /** What a run leaves: tensors, and the figures of each epoch. */
    private record Left(Map<String, float[]> tensors, List<EpochMetrics> epochs) {}

    private static Left trained(String name, boolean flip, long budget, boolean keep)
            throws IOException {
        AdapterConfig config = config(name);
        try (Backbone loaded = network(name)) {
            Backbone vit = loaded.withHead(CLASSES);
            // 18 = 4 whole batches and a half.
            ImageDataset train = images(vit, 18, 1, flip);
            ImageDataset validation = images(vit, 7, 2, false);
            try (AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
                KeptFeatures kept =
                        keep ? KeptFeatures.of(vit, adapted, train, Device.cpu(), budget) : null;
                assertThat(kept != null).isEqualTo(keep);
                FineTuner.Builder tuner;
                if (kept == null) {
                    tuner = FineTuner.builder(adapted).dataset(train).validation(validation);
                } else {
                    tuner =
                            FineTuner.builder(kept.block())
                                    .dataset(kept(kept, train, true))
                                    .validation(kept(kept, validation, false));
                }
                FineTuneResult result = tuner.batchSize(BATCH).epochs(3).seed(5).build().fit();
                if (kept != null) {
                    kept.close();
                }
                Map<String, float[]> tensors = new LinkedHashMap<>();
                adapted.trainableTensors()
                        .forEach(
                                t ->
                                        tensors.put(
                                                t.name(), t.parameter().getArray().toFloatArray()));
                return new Left(tensors, result.epochs());
            }
        }
    }

    private static Examples kept(KeptFeatures kept, ImageDataset images, boolean training)
            throws IOException {
        List<Integer> done = new ArrayList<>();
        Examples examples =
                training
                        ? kept.training(images, BATCH, done::add)
                        : kept.evaluation(images, BATCH, done::add);
        assertThat(done).last().isEqualTo(images.size());
        return examples;
    }

    private static AdapterConfig config(String name) {
        return switch (name) {
            case "probe" -> new LinearProbeConfig();
            case "rlrr" ->
                    RlrrConfig.builder()
                            .targets("blocks.[1-2].**", "!blocks.*.norm*")
                            .scaleAndShift("blocks.2.norm*", "norm")
                            .build();
            case "lora" -> new LoraConfig(2, 2, List.of("blocks.2.attn.value"), List.of("head"), 0);
            case "norm", "swin norm" -> new NormTuningConfig(List.of("norm"), List.of("head"));
            case "swin probe" -> new LinearProbeConfig();
            case "swin merging" ->
                    RlrrConfig.builder()
                            .targets("layers.[2-3].**", "!layers.*.blocks.*.norm*")
                            .scaleAndShift("norm")
                            .build();
            case "swin stage" ->
                    new LoraConfig(2, 2, List.of("layers.3.blocks.0.**.value"), List.of("head"), 0);
            case "swin block" ->
                    new LoraConfig(2, 2, List.of("layers.0.blocks.1.mlp.*"), List.of("head"), 0);
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "probe, false, 1000000",
        "probe, true, 1000000",
        "probe, true, 300",
        "rlrr, false, 1000000",
        "rlrr, true, 20000",
        "lora, false, 0",
        "norm, true, 1000000",
        "swin probe, true, 1000000",
        "swin norm, false, 1000000",
        "swin merging, true, 0",
        "swin stage, false, 1000000",
        "swin block, false, 1000000"
    })
    void trainsToTheSameValues(String method, boolean flip, long budget) throws IOException {
        Left plain = trained(method, flip, budget, false);
        Left kept = trained(method, flip, budget, true);
        assertThat(kept.tensors().keySet()).isEqualTo(plain.tensors().keySet());
        // What is added to every score alike has no gradient but rounding.
        plain.tensors().keySet().removeIf(name -> name.endsWith("key.shift"));
        plain.tensors()
                .forEach(
                        (name, values) ->
                                assertThat(difference(kept.tensors(), name, values))
                                        .as(name)
                                        .isLessThan(1e-5 * Parity.largest(values)));
        for (int i = 0; i < plain.epochs().size(); i++) {
            EpochMetrics expected = plain.epochs().get(i);
            EpochMetrics actual = kept.epochs().get(i);
            assertThat(actual.train().value(Figure.LOSS))
                    .isCloseTo(expected.train().value(Figure.LOSS), within(1e-6));
            assertThat(actual.validation().value(Figure.LOSS))
                    .isCloseTo(expected.validation().value(Figure.LOSS), within(1e-6));
        }
    }

    private static double difference(Map<String, float[]> all, String name, float[] expected) {
        return Parity.largestDifference(Objects.requireNonNull(all.get(name)), expected);
    }

    @Test
    void whatAnswersOtherwiseEachTimeIsNotKept() throws IOException {
        try (VisionTransformer vit = Parity.tiny()) {
            assertNone(vit, new FullFineTuningConfig(), Augmentation.NONE);
            assertNone(
                    vit,
                    new ArcConfig(
                            16,
                            List.of("attn.{query,key,value}"),
                            List.of("mlp.fc1"),
                            List.of("head"),
                            0),
                    Augmentation.NONE);
            assertNone(vit, new LinearProbeConfig(), Augmentation.parse("random-resized-crop"));
            assertNone(
                    vit.withDropout(ResidualDropout.ofElements(0.1f)),
                    new LinearProbeConfig(),
                    Augmentation.NONE);
        }
    }

    private static void assertNone(
            VisionTransformer vit, AdapterConfig config, Augmentation augmentation)
            throws IOException {
        ImageDataset images = images(vit, 4, 1, false);
        ImageDataset augmented =
                ImageDataset.of(
                        List.of(images.imageAt(0)),
                        List.of(0),
                        List.of("a"),
                        images.preprocessing(),
                        augmentation);
        try (AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
            assertThat(KeptFeatures.of(vit, adapted, augmented, Device.cpu(), 1 << 20)).isNull();
        }
    }
}
