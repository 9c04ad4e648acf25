package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cousins of the plain Vision Transformer, equal to timm's at their own image size and at an oblong
 * one: {@code parity/cousins/make_cousins.py} made the numbers.
 */
class CousinsTest {

    private static final double TOLERANCE = 1e-5;

    /** Their positions come as timm has resized them: we do it in another way, or timm in two. */
    private static final Set<String> RESIZED = Set.of("plain", "mean", "radio");

    @TempDir private Path folder;

    static Stream<String> timms() {
        return Stream.of(
                "aimv2",
                "beit",
                "beit3",
                "clip",
                "deit3",
                "differential",
                "dinov2",
                "dinov2-registers",
                "distilled",
                "mean",
                "mean-registers",
                "parallel",
                "parallel-differential",
                "plain",
                "post-norm",
                "radio",
                "siglip");
    }

    private static Path file(String name) {
        return Parity.resource("cousins/" + name);
    }

    /** A hub's folder of some weights; gradients have the names of weights, too. */
    private Path hub(String name, String weights, String imageSize) throws IOException {
        Path hub = Files.createTempDirectory(folder, name);
        Files.copy(
                file(weights),
                hub.resolve("model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        String said = Files.readString(file(name + ".json"));
        Files.writeString(
                hub.resolve("config.json"),
                said.replace("\"img_size\": 12", "\"img_size\": " + imageSize));
        return hub;
    }

    private Path hub(String name) throws IOException {
        return hub(name, name + ".safetensors", "12");
    }

    private static TensorReader numbers(String name) throws IOException {
        return TensorReader.open(file(name + ".numbers.safetensors"));
    }

    private static float[] logits(Block network, String name, String size) throws IOException {
        try (TensorReader numbers = numbers(name);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = numbers.read(size + "images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return network.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    @ParameterizedTest
    @MethodSource("timms")
    void itGivesTimmsLogitsAndGradientsAtBothSizes(String name) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(hub(name));
        assertExact(name, "", config, "12");
        assertExact(name, "oblong.", config.withImageSize(8, 16), "[8, 16]");
    }

    /** {@code make_resized.py} made these. */
    @ParameterizedTest
    @ValueSource(strings = {"resized-corners", "resized-centres", "resized-flexi"})
    void positionsAreResizedAsTimmDoesForTheArchitecture(String name) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(hub(name)).withImageSize(20, 20);
        try (TensorReader numbers = numbers(name);
                VisionTransformer vit = VitCheckpoint.load(hub(name), config)) {
            float[] expected = numbers.readFloats("logits");
            assertThat(largestDifference(logits(vit, name, ""), expected))
                    .isLessThan(TOLERANCE * largest(expected));
        }
    }

    /** Transformers resizes tables of relative positions in a way of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"beit-transformers", "beit-transformers-token"})
    void itGivesTransformersLogitsAtBothSizesAndGradients(String name) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(hub(name));
        assertExact(name, "", config, "12");
        try (TensorReader numbers = numbers(name);
                VisionTransformer vit =
                        VitCheckpoint.load(hub(name), config.withImageSize(8, 16))) {
            float[] expected = numbers.readFloats("oblong.logits");
            assertThat(largestDifference(logits(vit, name, "oblong."), expected))
                    .isLessThan(TOLERANCE * largest(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"beit-transformers", "beit-transformers-token"})
    void whatIsWrittenForTransformersIsWhatItWrote(String name) throws IOException {
        assertWrittenAsItWas(name, VitLayout.HUGGINGFACE);
    }

    private void assertExact(String name, String size, VitConfig config, String imageSize)
            throws IOException {
        Path gradients = hub(name, name + "." + size + "gradients.safetensors", imageSize);
        Path checkpoint =
                RESIZED.contains(name)
                        ? hub(name, name + "." + size + "safetensors", imageSize)
                        : hub(name);
        try (TensorReader numbers = numbers(name);
                VisionTransformer vit = VitCheckpoint.load(checkpoint, config);
                VisionTransformer expected = VitCheckpoint.load(gradients);
                AdaptedBlock adapted = Rlrr.adapt(vit, new FullFineTuningConfig());
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            float[] expectedLogits = numbers.readFloats(size + "logits");
            double scale = largest(expectedLogits);
            assertThat(largestDifference(logits(vit, name, size), expectedLogits))
                    .isLessThan(TOLERANCE * scale);
            ParameterStore store = new ParameterStore(manager, false);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDList images = new NDList(numbers.read(size + "images", manager));
                NDList logits = adapted.forward(store, images, true);
                assertThat(largestDifference(logits.head().toFloatArray(), expectedLogits))
                        .isLessThan(TOLERANCE * scale);
                NDList labels = new NDList(numbers.read(size + "labels", manager));
                collector.backward(new SoftmaxCrossEntropyLoss().evaluate(labels, logits));
            }
            Map<String, Parameter> parameters = ModuleTree.of(expected).parameters();
            assertThat(adapted.trainableTensors()).hasSameSizeAs(parameters.keySet());
            double most =
                    parameters.values().stream()
                            .mapToDouble(p -> largest(p.getArray().toFloatArray()))
                            .max()
                            .orElseThrow();
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] values = parameters.get(tensor.name()).getArray().toFloatArray();
                float[] actual = tensor.parameter().getArray().getGradient().toFloatArray();
                assertThat(largestDifference(actual, values))
                        .as(tensor.name())
                        // A bias of keys moves nothing: its gradient is the rounding of others.
                        .isLessThan(TOLERANCE * Math.max(largest(values), 0.05 * most));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("timms")
    void whatIsWrittenForTimmIsWhatTimmWrote(String name) throws IOException {
        assertWrittenAsItWas(name, VitLayout.TIMM);
    }

    private void assertWrittenAsItWas(String name, VitLayout layout) throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(12).toMap());
        Path written = folder.resolve("written");
        try (VisionTransformer vit = VitCheckpoint.load(hub(name))) {
            VitCheckpoint.export(vit, written, layout, TensorType.F32, metadata);
            try (VisionTransformer back = VitCheckpoint.load(written)) {
                assertThat(back.config()).isEqualTo(vit.config());
                assertThat(logits(back, name, "")).isEqualTo(logits(vit, name, ""));
            }
        }
        try (TensorReader ours = TensorReader.open(written.resolve("model.safetensors"));
                TensorReader theirs = TensorReader.open(file(name + ".safetensors"))) {
            assertThat(ours.tensors()).containsExactlyInAnyOrderEntriesOf(theirs.tensors());
            for (TensorInfo tensor : theirs.tensors().values()) {
                // Both biases of a distilled model are their mean.
                if (!name.equals("distilled") || !tensor.name().matches("head.*bias")) {
                    assertThat(ours.readFloats(tensor.name()))
                            .as(tensor.name())
                            .isEqualTo(theirs.readFloats(tensor.name()));
                }
            }
        }
    }

    /** As it starts, an adapter changes nothing; merged, it says the same. */
    @ParameterizedTest
    @MethodSource("timms")
    void everyMethodAdaptsItAndIsMerged(String name) throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(hub(name))) {
            float[] before = logits(vit, name, "");
            double scale = largest(before);
            for (AdapterConfig config : OtherMethodsTest.configs().toList()) {
                try (AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
                    for (TrainableTensor tensor : adapted.trainableTensors()) {
                        NDArray value = tensor.parameter().getArray();
                        NDArray noise = value.getManager().randomNormal(value.getShape());
                        value.addi(noise.mul(0.05f));
                    }
                    float[] after = logits(adapted, name, "");
                    assertThat(largestDifference(after, before))
                            .as(config.toString())
                            .isGreaterThan(1e-3 * scale);
                    try (VisionTransformer merged = vit.merged(adapted)) {
                        assertThat(largestDifference(logits(merged, name, ""), after))
                                .as(config.toString())
                                .isLessThan(TOLERANCE * largest(after));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("timms")
    void halfPrecisionIsNear(String name) throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(hub(name));
                VisionTransformer half = vit.withHalfWeights()) {
            float[] exact = logits(vit, name, "");
            double scale = largest(exact);
            assertThat(largestDifference(logits(half, name, ""), exact)).isLessThan(0.01 * scale);
            float[] rounded = logits(vit.withPrecision(Precision.BFLOAT16), name, "");
            assertThat(largestDifference(rounded, exact)).isGreaterThan(0).isLessThan(0.1 * scale);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "use_mean_pooling\": true | use_mean_pooling\": false | has a beit.pooler",
                "use_relative_position_bias\": true | use_relative_position_bias\": false | has a",
                "layer_scale_init_value\": 0.1 | layer_scale_init_value\": 0 | has a beit.enc",
                "absolute_position_embeddings\": false | absolute_position_embeddings\": true | has no",
                "use_shared_relative_position_bias\": false"
                        + " | use_shared_relative_position_bias\": true | of all blocks together",
                "hidden_act\": \"gelu | hidden_act\": \"gelu_new | another activation"
            })
    void anotherWordOfTransformersIsRefused(String right, String wrong, String words)
            throws IOException {
        Path hub = hub("beit-transformers");
        Path config = hub.resolve("config.json");
        String said = Files.readString(config);
        assertThat(said).contains(right);
        Files.writeString(config, said.replace(right, wrong));
        assertThatThrownBy(() -> VitCheckpoint.load(hub))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aTableOfRelativePositionsOfAnotherSizeIsRefused() throws IOException {
        Path hub = hub("beit", "beit.safetensors", "20");
        assertThatThrownBy(() -> VitCheckpoint.load(hub))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "has 28 relative positions, which are none of 20x20 pixels in patches of 4")
                .hasMessageNotContaining("\n");
    }

    /** An argument of timm's in place of the architecture's own. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aimv2 | \"norm_layer\": null | no model of the layout of timm",
                "aimv2 | \"qkv_bias\": true | no blocks.0.attn.qkv.bias",
                "aimv2 | \"proj_bias\": true | no blocks.0.attn.proj.bias",
                "aimv2 | \"embed_norm_layer\": null | has a patch_embed.norm.weight",
                "aimv2 | \"act_layer\": \"gelu\" | tensors say otherwise",
                "aimv2 | \"fc_norm\": true | no fc_norm.weight",
                "beit | \"use_rel_pos_bias\": false | has a blocks.0.attn.relative_position_bias_table",
                "beit | \"use_shared_rel_pos_bias\": true | use_shared_rel_pos_bias is true",
                "beit | \"use_abs_pos_emb\": true | has no pos_embed",
                "beit | \"qkv_bias\": false | has a blocks.0.attn.q_bias",
                "beit | \"init_values\": null | has a blocks.0.gamma_1",
                "beit | \"global_pool\": \"token\" | has a fc_norm.weight",
                "beit3 | \"norm_layer\": \"rmsnorm\" | norm1.bias is unexpected",
                "beit3 | \"scale_attn_norm\": false | has a blocks.0.attn.norm.weight",
                "radio | \"final_norm\": true | norm.weight is missing",
                "distilled | \"global_pool\": \"avg\" | no fc_norm.weight",
            })
    void aContradictionIsRefused(String name, String argument, String words) throws IOException {
        Path hub = hub(name);
        Path config = hub.resolve("config.json");
        String said = Files.readString(config);
        Files.writeString(config, said.replace("\"depth\":", argument + ", \"depth\":"));
        assertThatThrownBy(() -> VitCheckpoint.load(hub))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining("\n");
    }
}
