package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every fault ends in one line that names what came and what was expected, and changes nothing. */
class BadInputTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path temporary;

    private static void assertFault(CommandLine.Result result, String... parts) {
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("rlrr: ").contains(parts).doesNotContain("\tat ");
    }

    private CommandLine.Result finetune(Object... more) {
        List<Object> arguments =
                new ArrayList<>(List.of("finetune", "--out", temporary.resolve("out")));
        if (!Arrays.asList(more).contains("--checkpoint")) {
            arguments.addAll(List.of("--checkpoint", Bundled.VIT));
        }
        arguments.addAll(Arrays.asList(more));
        CommandLine.Result result = rlrr(arguments.toArray());
        assertThat(temporary.resolve("out")).as("nothing is written").doesNotExist();
        return result;
    }

    private Path cut(Path file, long bytes) throws IOException {
        Path copy = temporary.resolve("cut-" + file.getFileName());
        byte[] all = Files.readAllBytes(file);
        Files.write(copy, Arrays.copyOf(all, (int) Math.min(bytes, all.length)));
        return copy;
    }

    @Test
    void aMissingCheckpoint() {
        assertFault(
                finetune("--data", demo.images(), "--checkpoint", "no-such.npz"),
                "no-such.npz",
                "no such file");
    }

    @Test
    void aDropoutRateOutOfRange() {
        assertFault(
                finetune("--data", demo.images(), "--dropout", 1),
                "the dropout rate of elements is 1.0, expected 0 or more and less than 1");
        assertFault(
                finetune("--data", demo.images(), "--stochastic-depth", -0.1),
                "(stochastic depth) is -0.1");
    }

    @Test
    void aTruncatedCheckpoint() throws IOException {
        Path vit = Bundled.vit();
        Path half = cut(vit, Files.size(vit) / 2);
        assertFault(
                finetune("--data", demo.images(), "--checkpoint", half),
                half.getFileName().toString());
    }

    @Test
    void aWrongPresetForACheckpoint() {
        assertFault(
                finetune("--data", demo.images(), "--preset", "vit-b-16"),
                "width 128 (expected 768)",
                "depth 6 (expected 12)");
        assertFault(finetune("--data", demo.images(), "--preset", "vit-b-15"), "vit-b-16");
    }

    @Test
    void aTargetThatMatchesNothing() {
        assertFault(
                finetune("--data", demo.images(), "--targets", "atn.query"),
                "atn.query",
                "did you mean \"attn.query\"");
    }

    @Test
    void aMissingOrEmptyImageFolder() throws IOException {
        assertFault(finetune("--data", temporary.resolve("none")), "none");
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        assertFault(finetune("--data", empty), "empty");
    }

    @Test
    void aCorruptImageAmongGoodOnes() throws IOException {
        Path data = temporary.resolve("data");
        for (String name : new String[] {"bag", "coat"}) {
            Path folder = Files.createDirectories(data.resolve(name));
            for (Path image : demo.testImages(name, 12)) {
                Files.copy(image, folder.resolve(image.getFileName()));
            }
        }
        Files.writeString(data.resolve("coat").resolve("zz.png"), "not an image");
        assertFault(finetune("--data", data), "zz.png", "expected a PNG, JPEG, BMP or GIF image");
        CommandLine.Result skipped =
                rlrr(
                        "finetune",
                        "--data",
                        data,
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        temporary.resolve("skipped"),
                        "--epochs",
                        1,
                        "--skip-unreadable",
                        0.5);
        assertThat(skipped.exitCode()).isZero();
    }

    @Test
    void anAdapterForAnotherBase() throws IOException {
        Path config = demo.adapter().resolve("adapter_config.json");
        Path other = Files.createDirectory(temporary.resolve("other"));
        Files.copy(
                demo.adapter().resolve("adapter_model.safetensors"),
                other.resolve("adapter_model.safetensors"));
        String text = Files.readString(config);
        Files.writeString(
                other.resolve("adapter_config.json"),
                text.replaceAll("sha256:[0-9a-f]{8}", "sha256:00000000"));
        assertFault(
                rlrr("evaluate", "--adapter", other, "--data", demo.images()),
                "was trained on another base",
                "sha256:00000000");
    }

    @Test
    void aFolderThatIsNoAdapterAndADamagedOne() throws IOException {
        assertFault(
                rlrr("evaluate", "--adapter", temporary, "--data", demo.images()),
                "no adapter folder",
                "adapter_config.json");
        Path damaged = Files.createDirectory(temporary.resolve("damaged"));
        Files.copy(
                demo.adapter().resolve("adapter_config.json"),
                damaged.resolve("adapter_config.json"));
        Files.write(
                damaged.resolve("adapter_model.safetensors"),
                Arrays.copyOf(
                        Files.readAllBytes(demo.adapter().resolve("adapter_model.safetensors")),
                        5000));
        assertFault(
                rlrr("evaluate", "--adapter", damaged, "--data", demo.images()),
                "adapter_model.safetensors");
    }

    @Test
    void anImageThatIsNone() throws IOException {
        Path text = Files.writeString(temporary.resolve("photo.jpg"), "hello");
        assertFault(rlrr("predict", "--adapter", demo.adapter(), text), "photo.jpg", "hello");
    }

    @Test
    void numbersThatMakeNoSense() {
        assertFault(
                finetune("--data", demo.images(), "--epochs", 0, "--lr", -1),
                "epochs is 0",
                "learning rate is -1.0");
        assertFault(finetune("--data", demo.images(), "--rank", 0), "rank is 0");
        assertFault(finetune("--data", demo.images(), "--device", "tpu"), "--device is \"tpu\"");
    }

    @Test
    void classesThatTheAdapterDoesNotKnow() throws IOException {
        Path data = temporary.resolve("cats");
        for (String name : new String[] {"cat", "dog"}) {
            Path folder = Files.createDirectories(data.resolve(name));
            Path image = demo.testImages("bag", 1).get(0);
            Files.copy(image, folder.resolve("a.png"));
        }
        assertFault(
                rlrr("evaluate", "--adapter", demo.adapter(), "--data", data),
                "[cat, dog]",
                "does not know");
    }

    @Test
    void wrongUsageIsAnotherExitCodeAndPointsToTheHelp() {
        CommandLine.Result unknown = rlrr("finetune", "--data", "x", "--no-such-option");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("--no-such-option").contains("rlrr finetune --help");

        CommandLine.Result misspelt = rlrr("evaluate", "--adaptr=a", "--data", "x");
        assertThat(misspelt.exitCode()).isEqualTo(2);
        assertThat(misspelt.err())
                .contains("Missing required option: '--adapter=DIR'")
                .contains("Unknown option: '--adaptr=a'");
    }

    @Test
    void optionsThatMakeNoSenseTogetherOrAtAll() throws IOException {
        assertFault(finetune("--data", demo.images(), "--targets", "!blocks.0.**"), "only exclude");
        assertFault(
                finetune("--data", demo.images(), "--image-size", 40000), "40000", "larger than");
        assertFault(
                rlrr(
                        "predict",
                        "--adapter",
                        demo.adapter(),
                        "--top",
                        0,
                        demo.testImages("bag", 1).get(0)),
                "--top is 0");
    }

    @Test
    void anOutputFolderThatIsAFile() throws IOException {
        Path file = Files.writeString(temporary.resolve("afile"), "x");
        assertFault(
                rlrr(
                        "finetune",
                        "--data",
                        demo.images().resolve("val"),
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        file),
                "afile is a file, expected a folder");
    }

    @Test
    void theStackTraceIsThereOnRequest() {
        CommandLine.Result result =
                rlrr("evaluate", "--stacktrace", "--adapter", temporary, "--data", demo.images());
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err()).contains("\tat io.github.rlrr");
    }
}
