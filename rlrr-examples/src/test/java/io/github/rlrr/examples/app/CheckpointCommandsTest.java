package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.checkpoint.CheckpointDescription;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints in and out of the commands: where preprocessing comes from, and rlrr merge. */
class CheckpointCommandsTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path temporary;

    private CommandLine.Result probe(Path checkpoint, Object... more) {
        Object[] arguments = {
            "finetune",
            "--data",
            demo.images().resolve("val"),
            "--out",
            temporary.resolve("out"),
            "--epochs",
            1,
            "--method",
            "linear-probe",
            "--checkpoint",
            checkpoint
        };
        Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return rlrr(all);
    }

    private Map<String, Object> trainedPreprocessing() throws IOException {
        return AdapterFolder.describe(temporary.resolve("out").resolve("adapter"))
                .metadata()
                .preprocessing();
    }

    private Path plainFile() throws IOException {
        return Files.copy(Bundled.vit(), temporary.resolve("vit.safetensors"));
    }

    @Test
    void whatIsAssumedOfAFileWithoutConfigurationIsSaidInOneLine() throws IOException {
        CommandLine.Result result = probe(plainFile());
        assertThat(result.exitCode()).isZero();
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err())
                .contains("vit.safetensors does not say how its images are prepared")
                .contains(
                        "--mean 0.5,0.5,0.5 --std 0.5,0.5,0.5 --interpolation bicubic --crop"
                                + " squash");
        assertThat(trainedPreprocessing()).doesNotContainKey("crop");
    }

    @Test
    void nothingIsAssumedOfWhatIsSaid() throws IOException {
        CommandLine.Result result =
                probe(
                        plainFile(),
                        "--mean",
                        "0.4,0.5,0.6",
                        "--std",
                        "0.2,0.2,0.2",
                        "--interpolation",
                        "bilinear",
                        "--crop",
                        0.9,
                        "--image-size",
                        "32x24");
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(trainedPreprocessing())
                .hasToString(
                        "{height=32, width=24, interpolation=bilinear, mean=[0.4, 0.5, 0.6],"
                                + " std=[0.2, 0.2, 0.2], crop={mode=center, fraction=0.9},"
                                + " sixteen_bit=scale}");
        Path adapter = temporary.resolve("out").resolve("adapter");
        Path image = demo.testImages("bag", 1).get(0);
        assertThat(rlrr("predict", "--adapter", adapter, image).exitCode()).isZero();
    }

    @Test
    void theConfigurationBesideACheckpointIsFollowedUnlessSaidOtherwise() throws IOException {
        Path hub = Files.createDirectory(temporary.resolve("hub"));
        Files.copy(Bundled.vit(), hub.resolve("model.safetensors"));
        Files.writeString(
                hub.resolve("config.json"),
                """
                {"architecture": "vit", "pretrained_cfg": {"input_size": [3, 32, 32],
                 "mean": [0.5, 0.25, 0.75], "std": [1, 1, 1], "interpolation": "bilinear",
                 "crop_pct": 0.9}}
                """);
        CommandLine.Result result = probe(hub, "--std", "0.5,0.5,0.5");
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(trainedPreprocessing())
                .hasToString(
                        "{height=32, width=32, interpolation=bilinear, mean=[0.5, 0.25, 0.75],"
                                + " std=[0.5, 0.5, 0.5], crop={mode=center, fraction=0.9},"
                                + " sixteen_bit=scale}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timm", "huggingface", "google"})
    void mergeLeavesAFolderThatIsAModelOfItsOwn(String layout) throws IOException {
        Path out = temporary.resolve(layout);
        CommandLine.Result result =
                rlrr("merge", "--adapter", demo.adapter(), "--out", out, "--layout", layout);
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        List<String> written = result.out().lines().toList();
        assertThat(written).allMatch(line -> line.startsWith("written   " + out));
        CheckpointDescription said = VitCheckpoint.describe(out);
        assertThat(said.config().classes()).isEqualTo(10);
        assertThat(said.config().summary()).contains("4 heads");
        assertThat(said.classNames()).contains("bag", "t-shirt-top");
        assertThat(said.preprocessing()).isPresent();
        assertThat(rlrr("inspect", "--checkpoint", out).out())
                .contains("4 heads", "10 classes", "preprocessing  {height=32, width=32, ");
        assertThat(rlrr("inspect", "--checkpoint", plainFile()).out())
                .contains("preprocessing  not said");
    }

    @Test
    void halfIsHalf() throws IOException {
        Path out = temporary.resolve("half");
        CommandLine.Result result =
                rlrr(
                        "merge",
                        "--adapter",
                        demo.adapter(),
                        "--out",
                        out,
                        "--layout",
                        "google",
                        "--half");
        assertThat(result.exitCode()).isZero();
        try (TensorReader reader = TensorReader.open(out.resolve("model.npz"))) {
            assertThat(reader.tensors().values())
                    .allMatch(tensor -> tensor.type().name().equals("F16"));
        }
    }

    @Test
    void optionsThatMeanNothing() throws IOException {
        assertThat(probe(plainFile(), "--crop", "1.5").err()).contains("crop fraction: 1.5");
        assertThat(probe(Bundled.vit(), "--crop", "half").err()).contains("--crop is \"half\"");
        assertThat(probe(Bundled.vit(), "--mean", "0.5,0.5").err()).contains("mean: [0.5, 0.5]");
        assertThat(probe(Bundled.vit(), "--image-size", "24x").err())
                .contains("--image-size is \"24x\", expected pixels");
        assertThat(rlrr("merge", "--adapter", "a", "--out", "b", "--layout", "onnx").err())
                .contains("--layout");
        assertThat(temporary.resolve("out")).doesNotExist();
    }
}
