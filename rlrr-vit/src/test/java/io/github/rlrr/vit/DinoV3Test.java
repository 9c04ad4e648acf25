package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.checkpoint.Backbones;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DINOv3 as Transformers writes it: {@code parity/rotary/make_transformers.py} made the numbers.
 */
class DinoV3Test {

    private static final double TOLERANCE = 1e-5;

    @TempDir private Path folder;

    /** DINOv3's class there has no head. */
    @ParameterizedTest
    @ValueSource(strings = {"transformers", "transformers-gated", "transformers-unbiased"})
    void itGivesTransformersFeaturesAndGradientsAtBothSizes(String name) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(RotaryCases.hub(folder, name));
        assertThat(config.rotary().kind()).isEqualTo(Rotary.Kind.CENTRED);
        assertThat(config.layerNormEpsilon()).isEqualTo(1e-5f);
        assertFeatures(name, "", config, "12");
        assertFeatures(name, "oblong.", config.withImageSize(8, 16), "[8, 16]");
    }

    private void assertFeatures(String name, String size, VitConfig config, String imageSize)
            throws IOException {
        Path gradients =
                RotaryCases.hub(
                        folder, name, name + "." + size + "gradients.safetensors", imageSize);
        try (TensorReader numbers = RotaryCases.numbers(name);
                VisionTransformer vit = VitCheckpoint.load(RotaryCases.hub(folder, name), config);
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
        Path hub = RotaryCases.hub(folder, name);
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
        try (VisionTransformer vit =
                VitCheckpoint.load(RotaryCases.hub(folder, "transformers")).withHead(3)) {
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
                assertThat(RotaryCases.logits(back, "transformers", ""))
                        .isEqualTo(RotaryCases.logits(vit, "transformers", ""));
            }
        }
    }

    /** With the periods of the file, which are in bfloat16; heads by their number. */
    @ParameterizedTest
    @ValueSource(strings = {"original", "original-gated"})
    void aFileOfMetasGivesItsFeaturesAtBothSizes(String name) throws IOException {
        Path file = RotaryCases.file(name + ".pth");
        VitConfig config = VitCheckpoint.inferConfig(file);
        assertThat(config.imageHeight()).isEqualTo(224);
        assertThat(config.heads()).isEqualTo(2);
        assertThat(config.rotary()).isEqualTo(Rotary.dinov3(100).withBfloat16Periods());
        try (TensorReader numbers = RotaryCases.numbers(name);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            for (String size : List.of("", "oblong.")) {
                VitConfig wanted =
                        size.isEmpty() ? config.withImageSize(12, 12) : config.withImageSize(8, 16);
                try (VisionTransformer vit = VitCheckpoint.load(file, wanted)) {
                    float[] expected = numbers.readFloats(size + "logits");
                    NDArray images = numbers.read(size + "images", manager);
                    float[] actual =
                            vit.embedding(new ParameterStore(manager, false), images, false)
                                    .toFloatArray();
                    assertThat(largestDifference(actual, expected))
                            .isLessThan(TOLERANCE * largest(expected));
                }
            }
        }
    }

    /** timm has no word for such periods, so it is one of this library's. */
    @Test
    void periodsOfMetasFilesAreWrittenAndReadBack() throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(12).toMap());
        Path file = RotaryCases.file("original.pth");
        VitConfig config = VitCheckpoint.inferConfig(file).withImageSize(12, 12);
        Path out = folder.resolve("out");
        try (VisionTransformer vit = VitCheckpoint.load(file, config).withHead(3)) {
            VitCheckpoint.export(vit, out, VitLayout.TIMM, TensorType.F32, metadata);
            try (VisionTransformer back = VitCheckpoint.load(out)) {
                assertThat(back.config()).isEqualTo(vit.config());
            }
            assertThat(Backbones.of(vit).remark(vit, VitLayout.TIMM).orElseThrow())
                    .contains("periods in bfloat16");
        }
    }
}
