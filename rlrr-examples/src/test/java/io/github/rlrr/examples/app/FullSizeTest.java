package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real thing in size: ViT-B/16 at 224 pixels from a Google checkpoint, with random weights. */
@Tag("slow")
class FullSizeTest {

    private static final int WIDTH = 768;

    @TempDir private Path folder;

    private static Map<String, int[]> vitB16() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("cls", new int[] {1, 1, WIDTH});
        shapes.put("embedding/kernel", new int[] {16, 16, 3, WIDTH});
        shapes.put("embedding/bias", new int[] {WIDTH});
        shapes.put("Transformer/posembed_input/pos_embedding", new int[] {1, 197, WIDTH});
        for (int i = 0; i < 12; i++) {
            String block = "Transformer/encoderblock_" + i + "/";
            norm(shapes, block + "LayerNorm_0");
            norm(shapes, block + "LayerNorm_2");
            String attention = block + "MultiHeadDotProductAttention_1/";
            for (String name : new String[] {"query", "key", "value"}) {
                shapes.put(attention + name + "/kernel", new int[] {WIDTH, 12, 64});
                shapes.put(attention + name + "/bias", new int[] {12, 64});
            }
            shapes.put(attention + "out/kernel", new int[] {12, 64, WIDTH});
            shapes.put(attention + "out/bias", new int[] {WIDTH});
            dense(shapes, block + "MlpBlock_3/Dense_0", WIDTH, 4 * WIDTH);
            dense(shapes, block + "MlpBlock_3/Dense_1", 4 * WIDTH, WIDTH);
        }
        norm(shapes, "Transformer/encoder_norm");
        dense(shapes, "pre_logits", WIDTH, WIDTH);
        dense(shapes, "head", WIDTH, 1000);
        return shapes;
    }

    private static void norm(Map<String, int[]> shapes, String name) {
        shapes.put(name + "/scale", new int[] {WIDTH});
        shapes.put(name + "/bias", new int[] {WIDTH});
    }

    private static void dense(Map<String, int[]> shapes, String name, int in, int out) {
        shapes.put(name + "/kernel", new int[] {in, out});
        shapes.put(name + "/bias", new int[] {out});
    }

    @Test
    void aViTB16CheckpointIsFineTunedEvaluatedAndMergedFromTheCommandLine() throws IOException {
        Path checkpoint = folder.resolve("ViT-B_16.npz");
        NpzFile.random(checkpoint, vitB16(), 0.1);
        DemoModel demo = DemoModel.get();
        for (String name : new String[] {"bag", "sandal"}) {
            for (String split : new String[] {"train", "val"}) {
                Path target = Files.createDirectories(folder.resolve("data/" + split + "/" + name));
                for (Path image : demo.testImages(name, split.equals("train") ? 4 : 1)) {
                    Files.copy(image, target.resolve(image.getFileName()));
                }
            }
        }

        CommandLine.Result trained =
                rlrr(
                        "finetune",
                        "--checkpoint",
                        checkpoint,
                        "--preset",
                        "vit-b-16",
                        "--data",
                        folder.resolve("data"),
                        "--out",
                        folder.resolve("out"),
                        "--epochs",
                        1,
                        "--batch-size",
                        2);

        assertThat(trained.err()).isEmpty();
        assertThat(trained.exitCode()).isZero();
        // 288,768 as in the paper, and a head for two classes.
        assertThat(trained.out())
                .contains("adapter 288,768, trained as a whole 1,538, frozen 85,798,656")
                .contains("8 training, 2 validation and 0 test images in 2 classes")
                .containsPattern("forecast: 4 steps of")
                .containsPattern("epoch +1/1 +train loss \\d");

        Object image = demo.testImages("bag", 1).get(0);
        Object adapter = folder.resolve("out/adapter");
        String plain = rlrr("predict", "--adapter", adapter, image).out();
        assertThat(rlrr("predict", "--merged", "--adapter", adapter, image).out().lines())
                .hasSize(3)
                .first()
                .isEqualTo(plain.lines().findFirst().orElseThrow());
    }
}
