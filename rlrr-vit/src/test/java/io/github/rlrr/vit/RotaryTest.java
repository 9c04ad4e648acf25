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
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Networks that turn queries and keys by the places of their patches, equal to timm's at their own
 * image size and at an oblong one: {@code parity/rotary/make_rotary.py} made the numbers.
 */
class RotaryTest {

    private static final double TOLERANCE = 1e-5;

    @TempDir private Path folder;

    private static Path file(String name) {
        return Parity.resource("rotary/" + name);
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
                said.replaceAll("\"(img|image)_size\": 12", "\"$1_size\": " + imageSize));
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
    @ValueSource(
            strings = {
                "dinov3",
                "dinov3-biases",
                "dinov3-gated",
                "lingbot",
                "eva02",
                "eva02-clip",
                "eva02-packed",
                "axial",
                "axial-placed",
                "learned",
                "learned-placed",
                "pooled",
                "pooled-patches",
                "spatial",
                "registers"
            })
    void itGivesTimmsLogitsAndGradientsAtBothSizes(String name) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(hub(name));
        assertThat(config.rotary()).isNotNull();
        assertExact(name, "", config, "12");
        assertExact(name, "oblong.", config.withImageSize(8, 16), "[8, 16]");
    }

    private void assertExact(String name, String size, VitConfig config, String imageSize)
            throws IOException {
        Path gradients = hub(name, name + "." + size + "gradients.safetensors", imageSize);
        try (TensorReader numbers = numbers(name);
                VisionTransformer vit = VitCheckpoint.load(hub(name), config);
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
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] values = parameters.get(tensor.name()).getArray().toFloatArray();
                float[] actual = tensor.parameter().getArray().getGradient().toFloatArray();
                assertThat(largestDifference(actual, values))
                        .as(tensor.name())
                        .isLessThan(TOLERANCE * Math.max(largest(values), 0.01));
            }
        }
    }

    /** DINOv3's class there has no head. */
    @ParameterizedTest
    @ValueSource(strings = {"transformers", "transformers-gated", "transformers-unbiased"})
    void itGivesTransformersFeaturesAndGradientsAtBothSizes(String name) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(hub(name));
        assertThat(config.rotary().kind()).isEqualTo(Rotary.Kind.CENTRED);
        assertThat(config.layerNormEpsilon()).isEqualTo(1e-5f);
        assertFeatures(name, "", config, "12");
        assertFeatures(name, "oblong.", config.withImageSize(8, 16), "[8, 16]");
    }

    private void assertFeatures(String name, String size, VitConfig config, String imageSize)
            throws IOException {
        Path gradients = hub(name, name + "." + size + "gradients.safetensors", imageSize);
        try (TensorReader numbers = numbers(name);
                VisionTransformer vit = VitCheckpoint.load(hub(name), config);
                VisionTransformer expected = VitCheckpoint.load(gradients);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, Parameter> parameters = new TreeMap<>(ModuleTree.of(vit).parameters());
            parameters.keySet().removeIf(path -> path.startsWith("head."));
            parameters.values().forEach(p -> p.getArray().setRequiresGradient(true));
            ParameterStore store = new ParameterStore(manager, false);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDArray features =
                        vit.embedding(store, numbers.read(size + "images", manager), true);
                float[] pooled = numbers.readFloats(size + "logits");
                assertThat(largestDifference(features.toFloatArray(), pooled))
                        .isLessThan(TOLERANCE * largest(pooled));
                collector.backward(features.mul(numbers.read(size + "weights", manager)).sum());
            }
            Map<String, Parameter> theirs = ModuleTree.of(expected).parameters();
            parameters.forEach(
                    (path, parameter) -> {
                        float[] values = theirs.get(path).getArray().toFloatArray();
                        float[] actual = parameter.getArray().getGradient().toFloatArray();
                        assertThat(largestDifference(actual, values))
                                .as(path)
                                .isLessThan(TOLERANCE * Math.max(largest(values), 0.01));
                    });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "transformers | \"rope_theta\": 100.0 | \"rope_theta\": -1 | the rotation's temperature",
                "transformers | \"key_bias\": false | \"key_bias\": true | no layer.0.attention.k_proj.bias",
                "transformers | \"query_bias\": true | \"query_bias\": false | layer.0.attention.q_proj.bias",
                "transformers | \"use_gated_mlp\": false | \"use_gated_mlp\": true | hidden_act is \"gelu\"",
                "transformers-gated | \"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act is \"gelu\"",
                "transformers | \"num_register_tokens\": 2 | \"num_register_tokens\": 0 | has a embeddings.register_tokens",
                "transformers | \"intermediate_size\": 32 | \"intermediate_size\": 48 | intermediate_size is 48",
                "transformers | \"model_type\": \"dinov3_vit\" | \"model_type\": \"vit\" | no rotation says where patches are"
            })
    void aContradictionOfTransformersIsRefused(
            String name, String right, String wrong, String words) throws IOException {
        Path hub = hub(name);
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
    void aClassifierThatTransformersHasNotIsNotWritten() throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(12).toMap());
        Path out = folder.resolve("out");
        try (VisionTransformer vit = VitCheckpoint.load(hub("transformers")).withHead(3)) {
            assertThatThrownBy(
                            () ->
                                    VitCheckpoint.export(
                                            vit,
                                            out,
                                            VitLayout.HUGGINGFACE,
                                            TensorType.F32,
                                            metadata))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Hugging Face DINOv3 has no classifier of this kind; choose another"
                                    + " layout, such as timm's");
            assertThat(out).doesNotExist();
            VitCheckpoint.export(vit, out, VitLayout.TIMM, TensorType.F32, metadata);
            try (VisionTransformer back = VitCheckpoint.load(out)) {
                assertThat(back.config()).isEqualTo(vit.config());
                assertThat(logits(back, "transformers", ""))
                        .isEqualTo(logits(vit, "transformers", ""));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dinov3",
                "dinov3-biases",
                "dinov3-gated",
                "eva02",
                "eva02-clip",
                "eva02-packed",
                "axial-placed",
                "learned",
                "learned-placed",
                "pooled",
                "pooled-patches",
                "spatial",
                "registers"
            })
    void whatIsWrittenForTimmIsWhatTimmWroteAndSaysTheRotation(String name) throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(12).toMap());
        Path written = folder.resolve("written");
        Path alone = folder.resolve("alone.safetensors");
        try (VisionTransformer vit = VitCheckpoint.load(hub(name))) {
            VitCheckpoint.export(vit, written, VitLayout.TIMM, TensorType.F32, metadata);
            VitCheckpoint.save(vit, alone, VitLayout.TIMM, TensorType.F32);
            try (VisionTransformer back = VitCheckpoint.load(written)) {
                assertThat(back.config()).isEqualTo(vit.config());
                assertThat(logits(back, name, "")).isEqualTo(logits(vit, name, ""));
            }
            // What neither tensors nor metadata tell is not guessed at.
            if (!vit.config().has(VitVariation.PREFIX_POOLING)
                    && !vit.config().has(VitVariation.NO_FINAL_NORM)) {
                VitConfig read = VitCheckpoint.inferConfig(alone);
                assertThat(read.rotary()).isEqualTo(vit.config().rotary());
                assertThat(read.pooling()).isEqualTo(vit.config().pooling());
            }
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "axial | \"rope_temperature\": 50.0",
                "axial | \"rope_grid_indexing\": \"ij\"",
                "axial | \"rope_rotate_half\": true",
                "axial | \"ref_feat_shape\": [5, 5]",
                "axial | \"rope_type\": \"dinov3\"",
                "dinov3 | \"rope_grid_offset\": 0.25",
                "dinov3 | \"rope_type\": \"cat\"",
                "eva02 | \"ref_feat_shape\": null",
                "eva02 | \"use_rot_pos_emb\": false"
            })
    void anotherRotationInTheConfigurationIsAnotherNetwork(String name, String argument)
            throws IOException {
        Path hub = hub(name);
        float[] usual;
        try (VisionTransformer vit = VitCheckpoint.load(hub)) {
            usual = logits(vit, name, "");
        }
        Path config = hub.resolve("config.json");
        String said = Files.readString(config);
        Files.writeString(config, said.replace("\"depth\":", argument + ", \"depth\":"));
        try (VisionTransformer vit = VitCheckpoint.load(hub)) {
            assertThat(largestDifference(logits(vit, name, ""), usual)).isGreaterThan(1e-3);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dinov3 | \"use_rot_pos_emb\": false | no table of positions, and no rotation",
                "dinov3 | \"use_abs_pos_emb\": true | tensors say otherwise",
                "axial | \"rope_type\": \"mrope\" | model_args.rope_type is \"mrope\"",
                "axial | \"rope_type\": \"mixed\" | no learned angles",
                "axial | \"rope_grid_indexing\": \"ji\" | expected ij or xy",
                "axial | \"rope_temperature\": -1 | the rotation's temperature is -1.0",
                "axial | \"ref_feat_shape\": [5, 6] | a reference that is not square",
                "eva02 | \"scale_mlp\": false | has a blocks.0.mlp.norm.weight",
                "eva02 | \"swiglu_mlp\": false | tensors say otherwise",
                "eva02-clip | \"scale_attn_inner\": false | has a blocks.0.attn.norm.weight",
                "registers | \"num_reg_tokens\": 0 | has a reg_token"
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

    @ParameterizedTest
    @ValueSource(strings = {"lingbot", "axial-placed", "learned", "eva02-clip"})
    void theClassTokensShortcutAndHalfPrecisionTurnToo(String name) throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(hub(name));
                VisionTransformer half = vit.withHalfWeights()) {
            assertThat(vit.config().parts().classTokenLeaves()).isTrue();
            float[] exact = logits(vit, name, "");
            double scale = largest(exact);
            assertThat(largestDifference(logits(half, name, ""), exact)).isLessThan(0.01 * scale);
            float[] rounded = logits(vit.withPrecision(Precision.BFLOAT16), name, "");
            assertThat(largestDifference(rounded, exact)).isGreaterThan(0).isLessThan(0.1 * scale);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GRID,pairs,10000.0,0.0,rows,16",
                "CENTRED,halves,100.0,0.5,columns,0",
                "LEARNED,pairs,0.0,0.0,columns,0"
            })
    void aRotationIsReadFromItsWord(String word) {
        assertThat(Rotary.parse(word)).hasToString(word);
    }
}
