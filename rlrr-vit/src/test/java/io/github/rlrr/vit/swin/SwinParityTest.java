package io.github.rlrr.vit.swin;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Parity;
import io.github.rlrr.vit.checkpoint.SwinCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Equality of Swin Transformers with timm, Transformers and torchvision, which computed in float64
 * with random weights: {@code parity/swin/make_swin.py} made the numbers. Ours are float32, hence
 * 1e-5.
 */
class SwinParityTest {

    private static final double TOLERANCE = 1e-5;

    @TempDir private Path folder;

    private static Path file(String name) {
        return Parity.resource("swin/" + name);
    }

    /** As a hub's folder has it, with these weights; a state dict has no configuration. */
    private Path hub(String name, String weights) throws IOException {
        boolean alone = name.startsWith("original") || name.startsWith("torchvision");
        if (alone && weights.equals(name)) {
            return file(name + ".pth");
        }
        Path hub = Files.createDirectories(folder.resolve(weights));
        Files.copy(
                file(weights + ".safetensors"),
                hub.resolve("model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.copy(
                file(name + ".json"),
                hub.resolve("config.json"),
                StandardCopyOption.REPLACE_EXISTING);
        return hub;
    }

    private SwinTransformer load(String name) throws IOException {
        return SwinCheckpoint.load(hub(name, name));
    }

    private static float[] logits(Block block, TensorReader numbers) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = numbers.read("images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return block.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timm-v1",
                "timm-v1-small-grid",
                "timm-v2",
                "huggingface-v1",
                "huggingface-v2",
                "torchvision-v1",
                "torchvision-v2"
            })
    void itGivesTheLibrarysLogitsAndGradients(String name) throws IOException {
        try (SwinTransformer swin = load(name)) {
            check(name, swin, name);
        }
    }

    /** What the authors' code saves has the same weights under names of its own, and tables. */
    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void theOriginalsFileIsReadWithoutAConfiguration(String version) throws IOException {
        try (SwinTransformer swin = load("original-" + version);
                SwinTransformer timm = load("timm-" + version);
                TensorReader numbers =
                        TensorReader.open(file("timm-" + version + ".numbers.safetensors"))) {
            assertThat(swin.config()).isEqualTo(timm.config().with(SwinVariation.FILLED_FIRST));
            assertThat(logits(swin, numbers)).isEqualTo(logits(timm, numbers));
        }
    }

    /** Grids of odd sides, which are filled up, and windows as large as a side. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "timm-v1",
                "timm-v2",
                "huggingface-v1",
                "huggingface-v2",
                "torchvision-v1",
                "torchvision-v2"
            })
    void soItDoesOnAnOblongImage(String name) throws IOException {
        Path hub = hub(name, name);
        SwinConfig config = (SwinConfig) SwinCheckpoint.describe(hub).config();
        try (SwinTransformer swin =
                SwinCheckpoint.load(hub, config.withImageSize(40, 24), Device.cpu(), false)) {
            check(name, swin, name + ".oblong");
        }
    }

    /** Tables of relative positions belong to windows, which a small grid makes smaller. */
    @ParameterizedTest
    @CsvSource({
        "timm-v1, small, 24, 12, 4 4 2 2",
        "timm-v1, windows, 48, 40, 6 5 3 2",
        "original-v1, windows, 48, 48, 6 6 3 3"
    })
    void tablesFollowTheWindows(String name, String answers, int height, int width, String sides)
            throws IOException {
        Path hub = hub(name, name);
        SwinConfig config =
                ((SwinConfig) SwinCheckpoint.describe(hub).config()).withImageSize(height, width);
        List<Integer> windows = Stream.of(sides.split(" ", -1)).map(Integer::valueOf).toList();
        Path numbersFile = file(name + "." + answers + ".numbers.safetensors");
        try (TensorReader numbers = TensorReader.open(numbersFile);
                SwinTransformer swin =
                        SwinCheckpoint.load(
                                hub,
                                config.withWindows(windows, config.trainedWindows()),
                                Device.cpu(),
                                false)) {
            float[] expected = numbers.readFloats("logits");
            assertThat(largestDifference(logits(swin, numbers), expected))
                    .isLessThan(TOLERANCE * largest(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "huggingface-v1, 8, 8, 2, stage 2 has a grid of 1x1 tokens and windows of 1x1",
        "huggingface-v1, 32, 32, 4, stage 0 has a grid of 16x16 tokens and windows of 4x4",
        "torchvision-v1, 32, 32, 4, stage 0 has a grid of 16x16 tokens and windows of 4x4"
    })
    void tablesThatTheLibraryDoesNotResizeAreRefused(
            String name, int height, int width, int side, String fault) throws IOException {
        Path hub = hub(name, name);
        SwinConfig config =
                ((SwinConfig) SwinCheckpoint.describe(hub).config())
                        .withImageSize(height, width)
                        .withWindows(Collections.nCopies(4, side), Collections.nCopies(4, 0));
        assertThatThrownBy(() -> SwinCheckpoint.load(hub, config, Device.cpu(), false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(fault)
                .hasMessageContaining("its library resizes none; choose larger images");
    }

    /** Transformers' Swin V2 looks at a grid's height where its Swin looks at the shorter side. */
    @Test
    void anOblongImageThatTransformersCutsOtherwiseIsRefused() throws IOException {
        Path hub = hub("huggingface-v2", "huggingface-v2");
        SwinConfig oblong =
                ((SwinConfig) SwinCheckpoint.describe(hub).config()).withImageSize(40, 8);
        assertThatThrownBy(() -> SwinCheckpoint.load(hub, oblong, Device.cpu(), false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cuts stage 1 (10x2 tokens) into other windows");
    }

    /** What configuration and tensors say must agree, and what ours lacks is refused by its key. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"num_heads\": [2, 2, 2, 4] | model_args.num_heads is [2,2,2,4], but",
                "\"embed_dim\": 16 | model_args.embed_dim is 16, but",
                "\"mlp_ratio\": 2.0 | model_args.mlp_ratio is 2.0, but",
                "\"window_size\": 3 | expected",
                "\"qkv_bias\": false | model_args.qkv_bias is false",
                "\"act_layer\": \"silu\" | model_args.act_layer is",
                "\"head_dim\": 4 | model_args.head_dim is 4",
                "\"global_pool\": \"max\" | model_args.global_pool is"
            })
    void aContradictionIsRefused(String said, String fault) throws IOException {
        Path hub = hub("timm-v1", "timm-v1");
        Files.writeString(
                hub.resolve("config.json"),
                "{\"architecture\": \"\", \"model_args\": {\"img_size\": 32, " + said + "}}");
        assertThatThrownBy(() -> SwinCheckpoint.load(hub))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(fault);
    }

    /** The gradients have the names of weights, so they are read as a model of their own. */
    private void check(String name, SwinTransformer swin, String answers) throws IOException {
        Path theirs = hub(name, answers + ".gradients");
        try (TensorReader numbers = TensorReader.open(file(answers + ".numbers.safetensors"));
                SwinTransformer gradients = SwinCheckpoint.load(theirs);
                AdaptedBlock adapted = Rlrr.adapt(swin, new FullFineTuningConfig());
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            float[] expectedLogits = numbers.readFloats("logits");
            assertThat(largestDifference(logits(swin, numbers), expectedLogits))
                    .isLessThan(TOLERANCE * Math.max(1, largest(expectedLogits)));
            NDArray labels = numbers.read("labels", manager);
            ParameterStore store = new ParameterStore(manager, false);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDArray images = numbers.read("images", manager);
                NDList logits = adapted.forward(store, new NDList(images), true);
                assertThat(largestDifference(logits.head().toFloatArray(), expectedLogits))
                        .isLessThan(TOLERANCE * Math.max(1, largest(expectedLogits)));
                collector.backward(
                        new SoftmaxCrossEntropyLoss().evaluate(new NDList(labels), logits));
            }
            Map<String, Parameter> expected = ModuleTree.of(gradients).parameters();
            assertThat(adapted.trainableTensors()).hasSameSizeAs(expected.keySet());
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] values =
                        Objects.requireNonNull(expected.get(tensor.name()))
                                .getArray()
                                .toFloatArray();
                float[] actual = tensor.parameter().getArray().getGradient().toFloatArray();
                // Small ones are sums of larger terms that cancel.
                assertThat(largestDifference(actual, values))
                        .as(tensor.name())
                        .isLessThan(TOLERANCE * Math.max(largest(values), 0.05));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timm-v1", "timm-v2", "huggingface-v1", "huggingface-v2"})
    void whatIsWrittenIsWhatTheLibraryWrote(String name) throws IOException {
        VitLayout layout = name.startsWith("timm") ? VitLayout.TIMM : VitLayout.HUGGINGFACE;
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(32).toMap());
        Path written = folder.resolve("written");
        try (TensorReader numbers = TensorReader.open(file(name + ".numbers.safetensors"));
                SwinTransformer swin = load(name)) {
            SwinCheckpoint.export(swin, written, layout, TensorType.F32, metadata, Map.of());
            try (SwinTransformer back = SwinCheckpoint.load(written)) {
                assertThat(back.config()).isEqualTo(swin.config());
                assertThat(logits(back, numbers)).isEqualTo(logits(swin, numbers));
            }
            try (TensorReader ours = TensorReader.open(written.resolve("model.safetensors"));
                    TensorReader theirs = TensorReader.open(file(name + ".safetensors"))) {
                assertThat(ours.tensors()).containsExactlyInAnyOrderEntriesOf(theirs.tensors());
                for (TensorInfo tensor : theirs.tensors().values()) {
                    assertThat(ours.readFloats(tensor.name()))
                            .as(tensor.name())
                            .isEqualTo(theirs.readFloats(tensor.name()));
                }
            }
        }
    }

    /** It runs no grid smaller than a window. */
    @Test
    void windowsThatTransformersHasNoTablesForAreNotWritten() throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(32).toMap());
        try (SwinTransformer swin = load("timm-v1-small-grid")) {
            assertThatThrownBy(
                            () ->
                                    SwinCheckpoint.export(
                                            swin,
                                            folder.resolve("written"),
                                            VitLayout.HUGGINGFACE,
                                            TensorType.F32,
                                            metadata,
                                            Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("stage 3 has windows of 2x2 tokens")
                    .hasMessageContaining("tables for 4x4 alone");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timm-v1", "timm-v2"})
    void halfWeightsAndHalfPrecisionAreClose(String name) throws IOException {
        try (TensorReader numbers = TensorReader.open(file(name + ".numbers.safetensors"));
                SwinTransformer swin = load(name);
                SwinTransformer half = swin.withHalfWeights()) {
            float[] exact = logits(swin, numbers);
            double scale = largest(exact);
            assertThat(largestDifference(logits(half, numbers), exact))
                    .isGreaterThan(0)
                    .isLessThan(0.01 * scale);
            assertThat(
                            largestDifference(
                                    logits(swin.withPrecision(Precision.BFLOAT16), numbers), exact))
                    .isGreaterThan(0)
                    .isLessThan(0.1 * scale);
        }
    }
}
