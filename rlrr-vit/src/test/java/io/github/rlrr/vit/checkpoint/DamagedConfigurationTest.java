package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations cut short or with bytes exchanged: one line of an IOException, or still valid. */
class DamagedConfigurationTest {

    private static final String HUGGING_FACE =
            """
            {"model_type":"vit","hidden_size":32,"num_hidden_layers":3,"num_attention_heads":4,
            "intermediate_size":64,"hidden_act":"gelu","layer_norm_eps":1e-06,"image_size":16,
            "patch_size":4,"num_channels":3,"qkv_bias":true,"id2label":{"0":"a","1":"b"}}""";
    private static final String TIMM =
            """
            {"architecture":"test_vit","num_features":32,"global_pool":"token","label_names":["a"],
            "model_args":{"num_heads":4,"img_size":[16,16],"depth":3},"pretrained_cfg":{
            "input_size":[3,16,16],"interpolation":"bicubic","crop_pct":0.9,"crop_mode":"center",
            "mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]}}""";
    private static final String PREPROCESSOR =
            """
            {"do_resize":true,"size":{"height":18,"width":18},"resample":3,"do_rescale":true,
            "rescale_factor":0.00392156862745098,"do_center_crop":true,"crop_size":16,
            "do_normalize":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}""";

    private static final byte[] LIKELY =
            "0123456789-+.eE[]{},:\"ntf\\x\0\u007f".getBytes(StandardCharsets.US_ASCII);

    @TempDir private Path folder;

    @ParameterizedTest
    @Tag("slow")
    @CsvSource({
        "config.json, hf, base_huggingface.safetensors",
        "config.json, timm, base_timm.safetensors",
        "preprocessor_config.json, preprocessor, base_google.npz"
    })
    void damageIsReportedNotThrownAbout(String name, String form, String weights)
            throws IOException {
        Files.copy(TinyFiles.parity(weights), folder.resolve("model.safetensors"));
        String text =
                switch (form) {
                    case "hf" -> HUGGING_FACE;
                    case "timm" -> TIMM;
                    default -> PREPROCESSOR;
                };
        byte[] whole = text.getBytes(StandardCharsets.UTF_8);
        assertThat(faults(name, whole)).as("undamaged").isFalse();
        for (int length = 0; length < whole.length; length++) {
            assertThat(faults(name, Arrays.copyOf(whole, length))).as("%d bytes", length).isTrue();
        }
        SplittableRandom random = new SplittableRandom(17);
        int refused = 0;
        for (int round = 0; round < 1500; round++) {
            byte[] damaged = whole.clone();
            for (int k = random.nextInt(3); k >= 0; k--) {
                damaged[random.nextInt(damaged.length)] = LIKELY[random.nextInt(LIKELY.length)];
            }
            refused += faults(name, damaged) ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(500);
    }

    private boolean faults(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
        try {
            VitCheckpoint.describe(folder);
            return false;
        } catch (IOException e) {
            assertThat(e.getMessage()).startsWith(folder.toString()).doesNotContain("\n");
            return true;
        } catch (RuntimeException | StackOverflowError e) {
            return fail(new String(content, StandardCharsets.UTF_8), e);
        }
    }
}
