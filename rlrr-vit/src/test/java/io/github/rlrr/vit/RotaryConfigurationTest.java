package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration says of a rotation is read, and what contradicts the tensors refused. */
class RotaryConfigurationTest {

    @TempDir private Path folder;

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
        Path hub = RotaryCases.hub(folder, name);
        float[] usual;
        try (VisionTransformer vit = VitCheckpoint.load(hub)) {
            usual = RotaryCases.logits(vit, name, "");
        }
        Path config = hub.resolve("config.json");
        String said = Files.readString(config);
        Files.writeString(config, said.replace("\"depth\":", argument + ", \"depth\":"));
        try (VisionTransformer vit = VitCheckpoint.load(hub)) {
            assertThat(largestDifference(RotaryCases.logits(vit, name, ""), usual))
                    .isGreaterThan(1e-3);
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
        Path hub = RotaryCases.hub(folder, name);
        Path config = hub.resolve("config.json");
        String said = Files.readString(config);
        Files.writeString(config, said.replace("\"depth\":", argument + ", \"depth\":"));
        assertThatThrownBy(() -> VitCheckpoint.load(hub))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining("\n");
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
