package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.data.LabelledDataset;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Layer;
import io.github.rlrr.vit.part.ProductCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Equality of each variation with timm, which computed in float64 with random weights: {@code
 * parity/timm/make_timm.py} made the numbers. Ours are float32, hence 1e-5.
 */
class TimmParityTest {

    private static final double TOLERANCE = 1e-5;
    private static final int IMAGE = 3 * 8 * 8;

    @TempDir private Path folder;

    /** Those that come alone; the others have tests with their families. */
    static Stream<VitVariation> variations() {
        return EnumSet.complementOf(
                EnumSet.of(
                        VitVariation.CLASS_AND_AVERAGE_POOLING,
                        VitVariation.RELATIVE_POSITIONS,
                        VitVariation.DIFFERENTIAL_ATTENTION,
                        VitVariation.PARALLEL,
                        VitVariation.DISTILLATION))
                .stream();
    }

    private static Path checkpoint(VitVariation variation) {
        // timm has the two together alone.
        VitVariation of =
                variation == VitVariation.NO_PATCH_BIAS ? VitVariation.PRE_NORM : variation;
        String name = of.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        return Parity.resource("timm/" + name + ".safetensors");
    }

    private static TensorReader numbers(VitVariation variation) throws IOException {
        String weights = checkpoint(variation).toString();
        return TensorReader.open(Path.of(weights.replace(".safetensors", ".numbers.safetensors")));
    }

    /** As a hub's folder has it: what no tensor shows is in its configuration. */
    private VisionTransformer load(VitVariation variation) throws IOException {
        Path hub = Files.createDirectories(folder.resolve("hub"));
        Path weights = checkpoint(variation);
        Path said = Path.of(weights.toString().replace(".safetensors", ".json"));
        Files.copy(weights, hub.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(said, hub.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        VisionTransformer vit = VitCheckpoint.load(hub);
        assertThat(vit.config().variations()).contains(variation);
        return vit;
    }

    private static float[] logits(ai.djl.nn.Block block, TensorReader numbers) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = numbers.read("images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return block.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    /** Every parameter, which full fine-tuning trains, in timm's names and pieces. */
    @ParameterizedTest
    @MethodSource("variations")
    void itGivesTimmsLogitsAndGradients(VitVariation variation) throws IOException {
        try (TensorReader numbers = numbers(variation);
                VisionTransformer vit = load(variation);
                AdaptedBlock adapted = Rlrr.adapt(vit, new FullFineTuningConfig());
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            float[] expectedLogits = numbers.readFloats("logits");
            assertThat(largestDifference(logits(vit, numbers), expectedLogits))
                    .isLessThan(TOLERANCE);
            NDArray labels = numbers.read("labels", manager);
            ParameterStore store = new ParameterStore(manager, false);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDArray images = numbers.read("images", manager);
                NDList logits = adapted.forward(store, new NDList(images), true);
                assertThat(largestDifference(logits.head().toFloatArray(), expectedLogits))
                        .isLessThan(TOLERANCE);
                collector.backward(
                        new SoftmaxCrossEntropyLoss().evaluate(new NDList(labels), logits));
            }
            assertThat(adapted.trainableTensors())
                    .hasSameSizeAs(ModuleTree.of(vit).parameters().keySet());
            double most = 1;
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                most = Math.max(most, largest(gradient(numbers, tensor.name())));
            }
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] expected = gradient(numbers, tensor.name());
                float[] actual = tensor.parameter().getArray().getGradient().toFloatArray();
                assertThat(largestDifference(actual, expected))
                        .as(tensor.name())
                        // A bias of keys moves nothing: its gradient is the rounding of others.
                        .isLessThan(
                                TOLERANCE
                                        * (tensor.name().endsWith("key.bias")
                                                ? most
                                                : Math.max(largest(expected), 0.01)));
            }
        }
    }

    /** A hub's {@code global_pool} is the same word for both means of patches. */
    @Test
    void theArchitectureSaysWhichMeanIsMeant() throws IOException {
        load(VitVariation.NORMED_AVERAGE_POOLING).close();
        Path hub = folder.resolve("hub");
        Files.writeString(
                hub.resolve("config.json"),
                """
                {"architecture": "vit_base_patch16_siglip_gap_224", "global_pool": "avg",
                 "model_args": {"img_size": 8, "num_heads": 2, "class_token": true}}
                """);
        assertThat(VitCheckpoint.inferConfig(hub).variations())
                .containsExactly(VitVariation.NORMED_AVERAGE_POOLING);
    }

    private static float[] gradient(TensorReader numbers, String ours) throws IOException {
        String norms = ours.replaceAll("(norm\\w*)\\.gamma$", "$1.weight");
        String theirs = norms.replaceAll("\\.beta$", ".bias").replace("attn.out", "attn.proj");
        String apart = theirs.replaceAll("attn\\.([qv])\\w+\\.bias$", "attn.$1_bias");
        String scale = theirs.replaceAll("ls(\\d)\\.gamma$", "gamma_$1");
        if (numbers.tensors().containsKey("gradient." + scale)) {
            return numbers.readFloats("gradient." + scale);
        }
        if (numbers.tensors().containsKey("gradient." + apart)) {
            return numbers.readFloats("gradient." + apart);
        }
        if (ours.startsWith("attn_pool.")) {
            theirs = theirs.replace(".attn.", ".").replace(".query", ".q").replace(".token", "");
            String kv = theirs.replace(".key", ".kv").replace(".value", ".kv");
            if (!kv.equals(theirs)) {
                float[] both = numbers.readFloats("gradient." + kv);
                int half = both.length / 2;
                int from = theirs.contains(".value") ? half : 0;
                return java.util.Arrays.copyOfRange(both, from, from + half);
            }
            return numbers.readFloats("gradient." + theirs);
        }
        List<String> fused = List.of("query", "key", "value");
        for (String name : fused) {
            if (theirs.contains("attn." + name)) {
                float[] all = numbers.readFloats("gradient." + theirs.replace(name, "qkv"));
                int length = all.length / fused.size();
                int from = fused.indexOf(name) * length;
                return java.util.Arrays.copyOfRange(all, from, from + length);
            }
        }
        return numbers.readFloats("gradient." + theirs);
    }

    @ParameterizedTest
    @MethodSource("variations")
    void anAdapterIsTrainedSavedLoadedAndMerged(VitVariation variation) throws IOException {
        Path saved = folder.resolve("adapter");
        try (TensorReader numbers = numbers(variation);
                VisionTransformer vit = load(variation);
                AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
            float[] before = logits(adapted, numbers);
            FineTuner.builder(adapted)
                    .dataset(data(numbers))
                    .batchSize(4)
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
                assertThat(largestDifference(logits(merged, numbers), after)).isLessThan(TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variations")
    void whatIsWrittenForTimmIsWhatTimmWroteAndSaysTheVariation(VitVariation variation)
            throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(8).toMap());
        try (TensorReader numbers = numbers(variation);
                VisionTransformer vit = load(variation)) {
            VitCheckpoint.export(vit, folder, VitLayout.TIMM, TensorType.F32, metadata);
            try (VisionTransformer back = VitCheckpoint.load(folder)) {
                assertThat(back.config()).isEqualTo(vit.config());
                assertThat(logits(back, numbers)).isEqualTo(logits(vit, numbers));
            }
            try (TensorReader ours = TensorReader.open(folder.resolve("model.safetensors"));
                    TensorReader theirs = TensorReader.open(checkpoint(variation))) {
                assertThat(ours.tensors()).containsExactlyInAnyOrderEntriesOf(theirs.tensors());
                for (TensorInfo tensor : theirs.tensors().values()) {
                    assertThat(ours.readFloats(tensor.name()))
                            .as(tensor.name())
                            .isEqualTo(theirs.readFloats(tensor.name()));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variations")
    void theClassTokensShortcutAndHalfPrecisionKeepTheVariation(VitVariation variation)
            throws IOException {
        try (TensorReader numbers = numbers(variation);
                VisionTransformer vit = load(variation);
                VisionTransformer half = vit.withHalfWeights()) {
            float[] exact = logits(vit, numbers);
            double scale = largest(exact);
            assertThat(largestDifference(logits(half, numbers), exact)).isLessThan(0.01 * scale);
            float[] rounded =
                    logits(vit.withPrecision(io.github.rlrr.vit.part.Precision.BFLOAT16), numbers);
            assertThat(largestDifference(rounded, exact)).isGreaterThan(0).isLessThan(0.1 * scale);
        }
    }

    /** A variation has no product of its own; pooling all tokens makes the last block's larger. */
    @ParameterizedTest
    @MethodSource("variations")
    void theProductsOfItsForwardAreCounted(VitVariation variation) throws IOException {
        try (VisionTransformer vit = load(variation)) {
            VitConfig config = vit.config();
            boolean pools = config.variations().contains(VitVariation.ATTENTION_POOLING);
            long tokens = config.tokens();
            long asking = config.parts().leavingTokens();
            long d = config.width();
            long patches = (long) config.gridHeight() * config.gridWidth();
            long linear = 3 * patches * 16 * d + 3 * d; // patches, head
            long block = 2 * tokens * d * d; // keys, values
            long matrices = config.has(VitVariation.SWIGLU) ? 3 : 2;
            long others = 2 * d * d + matrices * d * config.mlpWidth(); // a token's query, out, MLP
            long attention = 2 * tokens * d;
            long pooling = pools ? block + others + attention : 0;
            long expected = pooling + linear + 2 * block + (tokens + asking) * (others + attention);
            AtomicLong counted = new AtomicLong();
            config.parts()
                    .count(
                            new ProductCounter() {
                                @Override
                                public void linear(long rows, Layer.Linear layer) {
                                    counted.addAndGet(rows * layer.in() * layer.out());
                                }

                                @Override
                                public void patches(long rows, Layer.Patches layer) {
                                    counted.addAndGet(
                                            rows
                                                    * layer.in()
                                                    * layer.side()
                                                    * layer.side()
                                                    * layer.out());
                                }

                                @Override
                                public void attention(long heads, long rows, long all, long width) {
                                    counted.addAndGet(2 * heads * rows * all * width);
                                }
                            },
                            1);
            assertThat(counted).hasValue(expected);
        }
    }

    private static LabelledDataset data(TensorReader numbers) throws IOException {
        float[] images = numbers.readFloats("images");
        float[] labels = numbers.readFloats("labels");
        return new LabelledDataset() {
            @Override
            public int size() {
                return labels.length;
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
                return (int) labels[index];
            }

            @Override
            public void read(int index, SplittableRandom random, float[] target, int offset) {
                System.arraycopy(images, index * IMAGE, target, offset, IMAGE);
            }
        };
    }
}
