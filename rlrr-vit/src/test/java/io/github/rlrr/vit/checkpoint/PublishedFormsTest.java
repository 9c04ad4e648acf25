package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms in which published checkpoints come, as small files made from parity/tiny. */
class PublishedFormsTest {

    private static final VitConfig TINY = new VitConfig(16, 16, 4, 32, 3, 4, 64, 5, 1e-6f);
    private static final String HF_CONFIG =
            """
            {"model_type": "vit", "hidden_size": 32, "num_hidden_layers": 3,
             "num_attention_heads": 4, "intermediate_size": 64, "hidden_act": "gelu",
             "layer_norm_eps": 1e-06, "image_size": 16, "patch_size": 4, "num_channels": 3,
             "qkv_bias": true, "id2label": {"0": "a", "1": "b", "2": "c", "3": "d", "4": "e"}}
            """;
    private static final String TIMM_CONFIG =
            """
            {"architecture": "test_vit", "num_classes": 5, "num_features": 32,
             "global_pool": "token", "model_args": {"num_heads": 4, "img_size": 16},
             "label_names": ["a", "b", "c", "d", "e"],
             "pretrained_cfg": {"input_size": [3, 16, 16], "interpolation": "bicubic",
              "crop_pct": 0.9, "crop_mode": "center", "mean": [0.485, 0.456, 0.406],
              "std": [0.229, 0.224, 0.225]}}
            """;

    @TempDir private Path folder;

    private Path hub(String original, String config) throws IOException {
        Files.copy(TinyFiles.parity(original), folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), config);
        return folder;
    }

    private static void assertPublishedLogits(Path path) throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(path)) {
            float[] expected = TinyFiles.numbers("io.npz", "base_logits");
            float[] actual = TinyFiles.logits(vit);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], offset(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"opt/target/", "params/", ""})
    void googlesPrefixesAndTheLayerBeforeTheHead(String prefix) throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_google.npz",
                        folder.resolve("vit.npz"),
                        (arrays, manager) -> {
                            TinyFiles.added("pre_logits/kernel", 32, 32).apply(arrays, manager);
                            TinyFiles.added("pre_logits/bias", 32).apply(arrays, manager);
                            TinyFiles.renamed(Map.of("", prefix)).apply(arrays, manager);
                            if (prefix.startsWith("opt/")) {
                                TinyFiles.added("opt/state/step", 1).apply(arrays, manager);
                            }
                        });
        assertPublishedLogits(file);
        CheckpointDescription said = VitCheckpoint.describe(file);
        assertThat(said.config()).isEqualTo(TINY);
        assertThat(said.preprocessing())
                .contains(Preprocessing.vitDefault(16).withSixteenBit(SixteenBit.CLIP));
        assertThat(said.sixteenBit()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "scale", "max=4095"})
    void howSixteenBitGreyIsReadIsSaidEvenWhereItIsTheUsual(String how) throws IOException {
        String config = TIMM_CONFIG.replaceFirst("\\{", "{\"sixteen_bit\": \"" + how + "\", ");
        Path hub = hub("base_timm.safetensors", config);
        assertThat(VitCheckpoint.describe(hub).sixteenBit()).isEqualTo(SixteenBit.parse(how));
    }

    @Test
    void theLayerBeforeTheHeadInTimmsFiles() throws IOException {
        Path file = folder.resolve("model.safetensors");
        TinyFiles.changed(
                "base_timm.safetensors", file, TinyFiles.added("pre_logits.fc.weight", 32, 32));
        Files.writeString(folder.resolve("config.json"), TIMM_CONFIG);
        assertPublishedLogits(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"timm.pth", "deit.pth"})
    void aPyTorchStateDictOfTimmAsItIsAndUnderAKey(String name) throws IOException {
        Path file = TinyFiles.resource("/pth/" + name);
        try (VisionTransformer vit = VitCheckpoint.load(file, TINY);
                VisionTransformer whole =
                        VitCheckpoint.load(TinyFiles.parity("base_timm.safetensors"), TINY)) {
            Map<String, float[]> expected = TinyFiles.weights(whole);
            TinyFiles.weights(vit)
                    .forEach((path, values) -> assertThat(values).isEqualTo(expected.get(path)));
        }
        Files.copy(file, folder.resolve("pytorch_model.bin"));
        Files.writeString(folder.resolve("config.json"), TIMM_CONFIG);
        assertPublishedLogits(folder);
    }

    @Test
    void huggingFaceWithoutPrefixAndHeadButWithAPooler() throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_huggingface.safetensors",
                        folder.resolve("model.safetensors"),
                        (arrays, manager) -> {
                            TinyFiles.without("classifier.weight", "classifier.bias")
                                    .apply(arrays, manager);
                            TinyFiles.renamed(Map.of("vit.", "")).apply(arrays, manager);
                            TinyFiles.added("pooler.dense.weight", 32, 32).apply(arrays, manager);
                            TinyFiles.added("pooler.dense.bias", 32).apply(arrays, manager);
                            TinyFiles.added("embeddings.mask_token", 1, 1, 32)
                                    .apply(arrays, manager);
                        });
        Files.writeString(folder.resolve("config.json"), HF_CONFIG);
        CheckpointDescription said = VitCheckpoint.describe(file);
        assertThat(said.config()).isEqualTo(TINY.withClasses(1));
        assertThat(said.classNames()).isEmpty();
        try (VisionTransformer vit = VitCheckpoint.load(folder);
                VisionTransformer whole =
                        VitCheckpoint.load(TinyFiles.parity("base_timm.safetensors"), TINY)) {
            assertThat(TinyFiles.weights(vit).get("head.weight")).containsOnly(0f).hasSize(32);
            assertThat(TinyFiles.weights(vit).get("blocks.2.attn.key.weight"))
                    .isEqualTo(TinyFiles.weights(whole).get("blocks.2.attn.key.weight"));
        }
    }

    @Test
    void float16IsReadAsFloat32() throws IOException {
        Path half =
                TinyFiles.changed(
                        "base_timm.safetensors",
                        folder.resolve("half.safetensors"),
                        TensorType.F16,
                        (arrays, manager) -> {});
        try (VisionTransformer vit = VitCheckpoint.load(half, TINY);
                VisionTransformer whole =
                        VitCheckpoint.load(TinyFiles.parity("base_timm.safetensors"), TINY)) {
            float[] rounded = TinyFiles.weights(vit).get("norm.gamma");
            float[] exact = TinyFiles.weights(whole).get("norm.gamma");
            for (int i = 0; i < exact.length; i++) {
                assertThat(rounded[i]).isCloseTo(exact[i], offset(Math.abs(exact[i]) / 2048));
            }
            assertThat(rounded).isNotEqualTo(exact);
        }
    }

    @Test
    void bfloat16IsReadAsFloat32BitForBit() throws IOException {
        try (VisionTransformer vit =
                        VitCheckpoint.load(TinyFiles.parity("base_timm_bf16.safetensors"), TINY);
                VisionTransformer whole =
                        VitCheckpoint.load(TinyFiles.parity("base_timm.safetensors"), TINY)) {
            Map<String, float[]> exact = TinyFiles.weights(whole);
            TinyFiles.weights(vit)
                    .forEach(
                            (name, rounded) -> {
                                float[] values = exact.get(name);
                                for (int i = 0; i < values.length; i++) {
                                    assertThat(rounded[i]).isEqualTo(nearestBfloat(values[i]));
                                }
                            });
        }
    }

    /** To nearest, ties to even, on the upper 16 bits. */
    private static float nearestBfloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        int odd = (bits >> 16) & 1;
        return Float.intBitsToFloat((bits + 0x7fff + odd) & 0xffff0000);
    }

    @Test
    void aHuggingFaceFolderSaysHeadsEpsilonClassesAndPreprocessing() throws IOException {
        Path hub = hub("base_huggingface.safetensors", HF_CONFIG);
        Files.writeString(
                hub.resolve("preprocessor_config.json"),
                """
                {"do_normalize": true, "do_resize": true, "image_mean": [0.5, 0.4, 0.3],
                 "image_std": [0.5, 0.5, 0.25], "resample": 2, "size": 16}
                """);
        CheckpointDescription said = VitCheckpoint.describe(hub);
        assertThat(said.config()).isEqualTo(TINY);
        assertThat(said.classNames()).containsExactly("a", "b", "c", "d", "e");
        assertThat(said.preprocessing())
                .contains(
                        new Preprocessing(
                                16,
                                16,
                                Interpolation.BILINEAR,
                                List.of(0.5f, 0.4f, 0.3f),
                                List.of(0.5f, 0.5f, 0.25f),
                                Crop.NONE,
                                SixteenBit.CLIP));
        assertPublishedLogits(hub);
        assertThat(VitCheckpoint.describe(hub.resolve("model.safetensors"))).isEqualTo(said);
    }

    /** MAE's encoder and MSN's network are this one. */
    @ParameterizedTest
    @ValueSource(strings = {"vit_mae", "vit_msn"})
    void theSameNetworkUnderOtherNames(String type) throws IOException {
        assertPublishedLogits(
                hub(
                        "base_huggingface.safetensors",
                        HF_CONFIG.replace("\"vit\"", '"' + type + '"')));
    }

    @Test
    void withoutAConfigurationHuggingFacesEpsilonIs1em12() throws IOException {
        Path file = TinyFiles.parity("base_huggingface.safetensors");
        assertThat(VitCheckpoint.inferConfig(file).layerNormEpsilon()).isEqualTo(1e-12f);
        assertThat(VitCheckpoint.describe(file).preprocessing()).isEmpty();
        assertThat(
                        VitCheckpoint.inferConfig(TinyFiles.parity("base_timm.safetensors"))
                                .layerNormEpsilon())
                .isEqualTo(1e-6f);
    }

    @Test
    void aTimmFolderSaysHeadsClassesAndPreprocessing() throws IOException {
        Path hub = hub("base_timm.safetensors", TIMM_CONFIG);
        CheckpointDescription said = VitCheckpoint.describe(hub);
        assertThat(said.config()).isEqualTo(TINY);
        assertThat(said.classNames()).containsExactly("a", "b", "c", "d", "e");
        assertThat(said.preprocessing())
                .contains(
                        new Preprocessing(
                                16,
                                16,
                                Interpolation.BICUBIC,
                                List.of(0.485f, 0.456f, 0.406f),
                                List.of(0.229f, 0.224f, 0.225f),
                                new Crop(Crop.Mode.CENTER, 0.9),
                                SixteenBit.CLIP));
        assertPublishedLogits(hub);
    }

    @Test
    void aGivenGeometryGetsTheConfigurationsEpsilonAndMustHaveItsHeads() throws IOException {
        Path hub = hub("base_huggingface.safetensors", HF_CONFIG.replace("1e-06", "1e-05"));
        try (VisionTransformer vit = VitCheckpoint.load(hub, TINY)) {
            assertThat(vit.config().layerNormEpsilon()).isEqualTo(1e-5f);
        }
        assertThatThrownBy(() -> VitCheckpoint.load(hub, TINY.withHeads(8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("heads 4 (expected 8)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"size\": {\"height\": 16, \"width\": 16}} | SQUASH | 1.0",
                "{\"size\": {\"shortest_edge\": 18}, \"do_center_crop\": true, \"crop_size\": 16}"
                        + " | CENTER | 0.8888888888888888",
                "{\"size\": 18, \"do_center_crop\": true, \"crop_size\": 16,"
                        + " \"feature_extractor_type\": \"CLIPFeatureExtractor\"}"
                        + " | CENTER | 0.8888888888888888",
                "{\"size\": 18, \"do_center_crop\": true,"
                        + " \"crop_size\": {\"height\": 16, \"width\": 16}}"
                        + " | SQUASH | 0.8888888888888888",
            })
    void theWaysHuggingFacesProcessorsCrop(String size, Crop.Mode mode, double fraction)
            throws IOException {
        Path hub = hub("base_huggingface.safetensors", HF_CONFIG);
        Files.writeString(
                hub.resolve("preprocessor_config.json"),
                size.replaceFirst(
                        "\\{",
                        "{\"resample\": 3, \"image_mean\": [0,0,0], \"image_std\": [1,1,1], "));
        Preprocessing found = VitCheckpoint.describe(hub).preprocessing().orElseThrow();
        assertThat(found.crop()).isEqualTo(new Crop(mode, fraction));
        assertThat(found.interpolation()).isEqualTo(Interpolation.BICUBIC);
        assertThat(found.height()).isEqualTo(16);
    }

    @Test
    void aGridThatIsNotSquareIsTheConfigurations() throws IOException {
        Path file = folder.resolve("model.safetensors");
        TinyFiles.changed(
                "base_timm.safetensors",
                file,
                (arrays, manager) -> {
                    float[] all = arrays.get("pos_embed").toFloatArray();
                    float[] some = java.util.Arrays.copyOf(all, 32 * 9);
                    arrays.put("pos_embed", manager.create(some, new Shape(1, 9, 32)));
                });
        assertThatThrownBy(() -> VitCheckpoint.describe(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("9 position embeddings")
                .hasMessageContaining("image_size");
        Files.writeString(
                folder.resolve("config.json"),
                "{\"architecture\": \"x\", \"model_args\": {\"num_heads\": 4, \"img_size\": [16, 8]}}");
        assertThat(VitCheckpoint.describe(file).config()).isEqualTo(TINY.withImageSize(16, 8));
        // The same number of patches, turned: resized, not taken as it is.
        try (VisionTransformer upright = VitCheckpoint.load(file);
                VisionTransformer turned = VitCheckpoint.load(file, TINY.withImageSize(8, 16))) {
            float[] from = TinyFiles.weights(upright).get("pos_embed");
            float[] to = TinyFiles.weights(turned).get("pos_embed");
            assertThat(to).hasSameSizeAs(from).isNotEqualTo(from);
            // Corners stay: first row's last, and last row's first.
            assertThat(row(to, 1 + 3)).isEqualTo(row(from, 1 + 1));
            assertThat(row(to, 1 + 4)).isEqualTo(row(from, 1 + 6));
        }
        Files.writeString(
                folder.resolve("config.json"),
                "{\"architecture\": \"x\", \"pretrained_cfg\": {\"input_size\": [3, 16, 16]}}");
        assertThatThrownBy(() -> VitCheckpoint.describe(file))
                .hasMessageContaining("9 position embeddings")
                .hasMessageContaining("16x16 pixels in patches of 4; expected 17");
    }

    private static float[] row(float[] values, int row) {
        return java.util.Arrays.copyOfRange(values, row * 32, row * 32 + 32);
    }
}
