package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a configuration says of a variation is read: another word gives other logits, or is refused
 * where the tensors contradict it.
 */
class VariationTest {

    @TempDir private Path folder;

    private Path hub(String name, String config) throws IOException {
        Path weights = TinyFiles.resource("/parity/timm/" + name + ".safetensors");
        Files.copy(
                weights, folder.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(folder.resolve("config.json"), config);
        return folder;
    }

    private float[] logits(String name, String arguments) throws IOException {
        Path hub = hub(name, "{\"architecture\": \"\", \"model_args\": {" + arguments + "}}");
        try (VisionTransformer vit = VitCheckpoint.load(hub);
                NDManager manager = NDManager.newBaseManager("PyTorch");
                TensorReader numbers =
                        TensorReader.open(
                                TinyFiles.resource(
                                        "/parity/timm/" + name + ".numbers.safetensors"))) {
            NDArray images = numbers.read("images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return vit.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prefix-pooling | \"global_pool\": \"map\", \"pool_include_prefix\":"
                        + " true | \"global_pool\": \"map\"",
            })
    void anotherWordGivesOtherLogits(String name, String right, String wrong) throws IOException {
        float[] expected = logits(name, right);
        float[] other = logits(name, wrong);
        double most = 0;
        for (int i = 0; i < expected.length; i++) {
            most = Math.max(most, Math.abs(expected[i] - other[i]));
        }
        assertThat(most).isGreaterThan(1e-2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-final-norm | \"final_norm\": true | norm.weight is missing",
                "no-final-norm | \"num_heads\": 2 | norm.weight is missing",
                "layer-scale | \"final_norm\": false | norm.weight is unexpected",
                "layer-scale | \"init_values\": null | has a blocks.0.ls1.gamma",
            })
    void aWordThatTheTensorsContradictIsRefused(String name, String arguments, String fault)
            throws IOException {
        assertThatThrownBy(() -> logits(name, arguments))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(fault)
                .hasMessageNotContaining("\n");
    }

    /** An architecture has all its parts, and no others. */
    @ParameterizedTest
    @CsvSource({
        "pre-norm, vit_base_patch16_clip_224, no-qkv-bias, no norm_pre.weight",
        "layer-scale, vit_base_patch14_dinov2, no-qkv-bias, no blocks.0.ls1.gamma",
        "no-final-norm, vit_intern300m_patch14_448, no-qkv-bias, no blocks.0.ls1.gamma",
        "no-qkv-bias, vit_base_patch16_224_miil, layer-scale, has a blocks.0.ls1.gamma",
        "normed-average-pooling, vit_base_patch16_224, average-pooling, has a fc_norm.weight"
    })
    void anArchitectureOfOtherTensorsIsRefused(
            String right, String architecture, String wrong, String fault) throws IOException {
        String config =
                "{\"architecture\": \"" + architecture + "\", \"model_args\": {\"num_heads\": 2}}";
        assertThatThrownBy(() -> VitCheckpoint.load(hub(wrong, config)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("architecture is \"" + architecture + "\", but ")
                .hasMessageContaining(fault)
                .hasMessageNotContaining("\n");
        if (!right.equals("no-final-norm")) { // that one has LayerScale, too
            VitCheckpoint.load(hub(right, config)).close();
        }
    }

    /** What is left of an image beside whole patches is not seen. */
    @Test
    void anImageNeedNotBeWholePatches() throws IOException {
        Path hub =
                hub(
                        "layer-scale",
                        "{\"architecture\": \"\", \"model_args\": {\"img_size\": [11, 9]}}");
        VitConfig config = VitCheckpoint.inferConfig(hub);
        assertThat(config.imageHeight()).isEqualTo(11);
        assertThat(config.gridHeight()).isEqualTo(2);
        try (VisionTransformer odd = VitCheckpoint.load(hub);
                VisionTransformer even = VitCheckpoint.load(hub, config.withImageSize(8, 8));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = manager.randomNormal(new ai.djl.ndarray.types.Shape(2, 3, 11, 9));
            NDArray seen = images.get(":, :, :8, :8");
            ParameterStore store = new ParameterStore(manager, false);
            assertThat(odd.forward(store, new NDList(images), false).head().toFloatArray())
                    .isEqualTo(even.forward(store, new NDList(seen), false).head().toFloatArray());
        }
    }
}
