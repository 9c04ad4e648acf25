package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What our Vision Transformer does not have is refused by the name of the tensor or key. */
class UnsupportedTest {

    @TempDir private Path folder;

    private void assertRefused(Path path, String... parts) {
        assertThatThrownBy(() -> VitCheckpoint.load(path))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "head_dist.weight, distillation",
        "blocks.0.mlp.w12.weight, gated MLP",
        "patch_embed.backbone.conv.weight, not a single convolution",
        "blocks.0.attn.relative_position_bias_table, relative position",
        "blocks.0.attn.rel_pos_h, relative position",
        "rel_pos_bias.relative_position_bias_table, relative position",
        "blocks.0.attns.0.norm.weight, parallel attentions"
    })
    void aTensorOfAnotherModel(String tensor, String what) throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_timm.safetensors",
                        folder.resolve("vit.safetensors"),
                        TinyFiles.added(tensor, 4));
        assertRefused(file, file.toString(), '"' + tensor + '"', what, "does not have");
    }

    @Test
    void aStemThatNoLayoutKnows() throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_timm.safetensors",
                        folder.resolve("vit.safetensors"),
                        TinyFiles.renamed(Map.of("patch_embed.proj.", "patch_embed.backbone.0.")));
        assertRefused(file, "patch_embed.backbone.0.", "not a single convolution");
    }

    @Test
    void aDistillationTokenWithoutItsHead() throws IOException {
        Path file = folder.resolve("vit.safetensors");
        TinyFiles.changed("base_timm.safetensors", file, TinyFiles.added("dist_token", 1, 1, 32));
        assertRefused(file, "head_dist.weight is missing beside dist_token", "two heads");
    }

    /** Rotation, and norms after the branches, leave no trace in the tensors. */
    @ParameterizedTest
    @ValueSource(strings = {"blocks.0.gamma_1", "blocks.0.mlp.fc1_g.bias", "rope.freqs"})
    void aFileOfEvaWithoutItsConfiguration(String tensor) throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_timm.safetensors",
                        folder.resolve("vit.safetensors"),
                        TinyFiles.added(tensor, 32));
        assertRefused(file, "turned by their positions", "config.json beside it");
    }

    @ParameterizedTest
    @CsvSource({
        "vit.encoder.layer.0.layer_scale1.lambda1, LayerScale",
        "vit.embeddings.distillation_token, distillation",
        "vit.embeddings.register_tokens, register tokens"
    })
    void aTensorOfAnotherModelOfHuggingFace(String tensor, String what) throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_huggingface.safetensors",
                        folder.resolve("vit.safetensors"),
                        TinyFiles.added(tensor, 4));
        assertRefused(file, '"' + tensor + '"', what);
    }

    @Test
    void aHybridOfGoogle() throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_google.npz",
                        folder.resolve("vit.npz"),
                        TinyFiles.added("conv_root/kernel", 7, 7, 3, 4));
        assertRefused(file, "\"conv_root/kernel\"", "ResNet");
    }

    @ParameterizedTest
    @CsvSource({
        "base_google.npz, cls, vit.npz",
        "base_timm.safetensors, cls_token, vit.safetensors",
        "base_huggingface.safetensors, vit.embeddings.cls_token, vit.safetensors"
    })
    void noClassToken(String original, String token, String name) throws IOException {
        Path file = TinyFiles.changed(original, folder.resolve(name), TinyFiles.without(token));
        assertRefused(file, '"' + token + "\" is missing", "a position for it");
    }

    @Test
    void noPositionForTheClassTokenOfHuggingFace() throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_huggingface.safetensors",
                        folder.resolve("model.safetensors"),
                        TinyFiles.added("vit.embeddings.position_embeddings", 1, 16, 32));
        Files.writeString(
                folder.resolve("config.json"), "{\"model_type\": \"vit\", \"image_size\": 16}");
        assertRefused(file, "no model of the layout of Hugging Face", "PATCH_POSITIONS");
    }

    @Test
    void noBiases() throws IOException {
        Path file =
                TinyFiles.changed(
                        "base_timm.safetensors",
                        folder.resolve("vit.safetensors"),
                        TinyFiles.without("blocks.0.attn.qkv.bias"));
        assertRefused(file, "blocks.1.attn.qkv.bias is unexpected");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model_type\": \"vit\", \"qkv_bias\": false} | qkv_bias is false",
                "{\"architecture\": \"v\", \"global_pool\": \"map\"} | global_pool is \"map\"",
                "{\"architecture\": \"v\", \"model_args\": {\"qkv_bias\": false}}"
                        + " | model_args.qkv_bias is false",
                "{\"architecture\": \"v\", \"model_args\": {\"class_token\": false}}"
                        + " | model_args.class_token is false",
                "{\"architecture\": \"v\", \"model_args\": {\"no_embed_class\": true}}"
                        + " | model_args.no_embed_class is true",
                "{\"architecture\": \"v\", \"model_args\": {\"reg_tokens\": 4}}"
                        + " | model_args.reg_tokens is 4"
            })
    void aKeyThatTheTensorsContradict(String config, String key) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.copy(TinyFiles.parity("base_timm.safetensors"), file);
        Files.writeString(folder.resolve("config.json"), config);
        assertRefused(folder, "config.json: " + key, "expected files that belong together");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model_type\": \"swin\"} | model_type is \"swin\"",
                "{\"model_type\": \"vit\", \"hidden_act\": \"quick_gelu\"} | hidden_act",
                "{\"model_type\": \"vit\", \"hidden_act\": \"gelu_pytorch_tanh\"} | hidden_act",
                "{\"model_type\": \"vit\", \"num_channels\": 1} | num_channels is 1",
                "{\"architecture\": \"swin_tiny_patch4_window7_224\"}"
                        + " | architecture is \"swin_tiny_patch4_window7_224\"",
                "{\"architecture\": \"v\", \"model_args\": {\"act_layer\": \"relu\"}}"
                        + " | model_args.act_layer"
            })
    void aKeyOfAnotherModel(String config, String key) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.copy(TinyFiles.parity("base_timm.safetensors"), file);
        Files.writeString(folder.resolve("config.json"), config);
        assertRefused(folder, "config.json: " + key, "does not have");
        assertRefused(file, "config.json: " + key, "does not have");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"architecture\": \"v\", \"model_args\": {\"init_values\": 1e-5}}"
                        + " | model_args.init_values is 1e-5 | no blocks.0.ls1.gamma",
                "{\"architecture\": \"v\", \"global_pool\": \"avg\"}"
                        + " | global_pool is \"avg\" | no fc_norm.weight"
            })
    void aVariationThatTheConfigurationSaysAndTheWeightsLack(
            String config, String key, String tensor) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.copy(TinyFiles.parity("base_timm.safetensors"), file);
        Files.writeString(folder.resolve("config.json"), config);
        assertRefused(
                folder, "config.json: " + key, "but " + file, tensor, "files that belong together");
    }

    /** A norm after the pooling of the class token, which the weights alone do not tell. */
    @Test
    void aPoolingThatTheConfigurationDenies() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.copy(TinyFiles.resource("/parity/timm/average-pooling.safetensors"), file);
        Files.writeString(
                folder.resolve("config.json"),
                "{\"architecture\":\"v\",\"global_pool\":\"token\"}");
        assertRefused(folder, "global_pool is \"token\", but " + file + " has a fc_norm.weight");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | is no valid JSON",
                "[] | holds no JSON object",
                "{} | neither architecture (timm) nor model_type",
                "{\"model_type\": 3} | model_type is 3, expected a text",
                "{\"model_type\": \"vit\", \"num_attention_heads\": 0}"
                        + " | num_attention_heads is 0, expected a whole number, 1 or more",
                "{\"model_type\": \"vit\", \"num_attention_heads\": 5} | no multiple of 5 heads",
                "{\"model_type\": \"vit\", \"layer_norm_eps\": 0}"
                        + " | layer_norm_eps is 0, expected a number above 0",
                "{\"model_type\": \"vit\", \"hidden_size\": 768}"
                        + " | hidden_size is 768, but FILE has width 32",
                "{\"model_type\": \"vit\", \"image_size\": 224}"
                        + " | 224x224 pixels in patches of 4; expected 3137",
                "{\"model_type\": \"vit\", \"image_size\": [1, 2, 3]}"
                        + " | image_size is [1,2,3], expected one size, or height and width",
                "{\"architecture\": \"v\", \"pretrained_cfg\": {\"mean\": [1], \"std\": [1]}}"
                        + " | pretrained_cfg.mean is [1], expected three numbers",
                "{\"architecture\": \"v\", \"pretrained_cfg\": {\"mean\": [1,1,1], \"std\":"
                        + " [1,1,1], \"interpolation\": \"lanczos\"}} | interpolation is \"lanczos\","
                        + " expected bicubic or bilinear",
                "{\"architecture\": \"v\", \"pretrained_cfg\": {\"mean\": [1,1,1], \"std\":"
                        + " [1,1,1], \"crop_mode\": \"border\"}} | crop_mode is \"border\", expected"
                        + " center or squash",
                "{\"architecture\": \"v\", \"pretrained_cfg\": {\"mean\": [1,1,1], \"std\":"
                        + " [0,1,1]}} | config.json: std: [0.0, 1.0, 1.0], expected three numbers above"
                        + " 0"
            })
    void aMalformedConfigurationOrOneOfOtherWeights(String config, String fault)
            throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.copy(TinyFiles.parity("base_timm.safetensors"), file);
        Files.writeString(folder.resolve("config.json"), config);
        assertRefused(folder, fault.replace("FILE", file.toString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"resample\": 1 | resample is 1, expected 2 (bilinear) or 3 (bicubic); lanczos",
                "\"do_resize\": false | do_resize is false, expected true",
                "\"rescale_factor\": 0.00784 | rescale_factor is 0.00784, expected 1/255",
                "\"image_mean\": null | image_mean is null, expected three numbers",
                "\"size\": {\"shortest_edge\": 16} | size is {\"shortest_edge\":16}, expected"
                        + " height",
                "\"size\": {\"longest_edge\": 16} | size is {\"longest_edge\":16}, expected height",
                "\"do_center_crop\": true, \"crop_size\": 32 | crop fraction: 2.0"
            })
    void aPreprocessorThatWeHaveNot(String fields, String fault) throws IOException {
        Files.copy(
                TinyFiles.parity("base_huggingface.safetensors"),
                folder.resolve("model.safetensors"));
        Files.writeString(
                folder.resolve("preprocessor_config.json"),
                "{\"size\": 16, \"image_mean\": 0.5, \"image_std\": 0.5, " + fields + "}");
        assertThatThrownBy(() -> VitCheckpoint.describe(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("preprocessor_config.json: " + fault);
    }

    @Test
    void aConfigurationThatNeverEnds() throws IOException {
        Files.copy(TinyFiles.parity("base_timm.safetensors"), folder.resolve("model.safetensors"));
        Path config = folder.resolve("config.json");
        Files.writeString(config, "{\"model_type\": " + "[".repeat(1 << 20));
        assertRefused(folder, "config.json is no valid JSON");
        Files.writeString(config, "{\"model_type\": \"" + "x".repeat(1 << 20) + "\"}");
        assertThatThrownBy(() -> VitCheckpoint.load(folder))
                .hasMessageMatching(
                        ".{0,400}model_type is \"x{159}…, another architecture.{0,200}");
        Files.write(config, new byte[(16 << 20) + 1]);
        assertRefused(folder, "config.json has more than 16777216 bytes of JSON");
    }

    @Test
    void aFolderWithoutWeightsOrWithTooMany() throws IOException {
        assertRefused(folder, "has no model.safetensors, no pytorch_model.bin and no files *.npz");
        Files.createFile(folder.resolve("a.npz"));
        Files.createFile(folder.resolve("b.npz"));
        assertRefused(folder, "2 files *.npz, expected one of them");
        Files.writeString(
                folder.resolve("adapter_config.json"),
                """
                {"format_version": 1, "library_version": "0.1", "method": "linear-probe",
                 "config": {"fully_trained": ["head"]},
                 "preprocessing": {}, "class_names": [], "base_model": {"name": "", "fingerprint": ""}}
                """);
        assertRefused(folder, "is an adapter folder");
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"metadata\": {}}");
        assertRefused(folder, "has no weight_map, expected the file of each tensor by its name");
    }
}
