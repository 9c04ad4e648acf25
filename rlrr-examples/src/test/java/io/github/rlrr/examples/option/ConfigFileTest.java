package io.github.rlrr.examples.option;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    @Tag("slow")
    void aRunsOwnConfigurationRepeatsIt() throws IOException {
        Path config = demo.folder().resolve("config.yaml");
        assertThat(Files.readAllLines(config)).contains("epochs: 1", "batch-size: 32");
        Path out = folder.resolve("again");
        CommandLine.Result again = rlrr("finetune", "--config", config, "--out", out);
        assertThat(again.exitCode()).as(again.err()).isZero();
        Path tensors = Path.of("adapter/adapter_model.safetensors");
        assertThat(out.resolve(tensors)).hasSameBinaryContentAs(demo.folder().resolve(tensors));
        List<String> written = Files.readAllLines(out.resolve("config.yaml"));
        List<String> before = Files.readAllLines(config);
        written.removeIf(line -> line.startsWith("out:"));
        before.removeIf(line -> line.startsWith("out:"));
        assertThat(written).isEqualTo(before);
    }

    @Test
    void theCommandLineGoesBeforeTheFileAndJsonIsAsGood() throws IOException {
        Path config =
                file(
                        "run.json",
                        """
                        {"data": "%s", "checkpoint": "%s", "epochs": 7, "lr": -1, "augment": "flip",
                         "targets": ["blocks.0.attn.query", "blocks.[1-2].mlp.fc1"]}
                        """
                                .formatted(demo.images().resolve("val"), Bundled.VIT));
        CommandLine.Result bad = rlrr("finetune", "--config=" + config);
        assertThat(bad.exitCode()).isEqualTo(1);
        assertThat(bad.err()).contains("learning rate is -1.0");

        Path out = folder.resolve("out");
        CommandLine.Result good =
                rlrr("finetune", "--config=" + config, "--lr=0.01", "--epochs=1", "--out", out);
        assertThat(good.exitCode()).as(good.err()).isZero();
        assertThat(Files.readString(out.resolve("config.yaml")))
                .contains("lr: 0.01", "epochs: 1", "augment: flip", "- blocks.[1-2].mlp.fc1");
    }

    @Test
    void everyUnknownKeyAndEveryWrongShapeIsNamedAtOnce() throws IOException {
        Path config =
                file(
                        "run.yaml",
                        """
                        data: x
                        batch_size: 8
                        learning-rate: 0.1
                        epochs: {first: 1}
                        """);
        CommandLine.Result result = rlrr("finetune", "--config", config);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("the key \"batch_size\" is unknown; did you mean \"batch-size\"?")
                .contains("the key \"learning-rate\" is unknown")
                .contains("\"epochs\" is {first=1}, expected one value or a list");
    }

    @Test
    void everyValueThatIsNoneIsNamedAtOnce() throws IOException {
        Path config = file("run.yaml", "data: x\nepochs: many\nlr: fast\nschedule: up\n");
        CommandLine.Result result = rlrr("finetune", "--config", config);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("'--epochs': 'many' is not an int")
                .contains("'--lr': 'fast' is not a double")
                .contains("'--schedule'");
    }

    @Test
    void allThatIsWrongWithTheRunIsNamedAtOnceBeforeAnyWork() {
        CommandLine.Result result =
                rlrr(
                        "finetune",
                        "--data",
                        demo.images().resolve("val"),
                        "--lr=-1",
                        "--epochs=3",
                        "--warmup=5",
                        "--patience=-2",
                        "--init=zero",
                        "--out",
                        folder.resolve("out"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("learning rate is -1.0")
                .contains("warm-up of 5.0 epochs is not shorter than the run of 3")
                .contains("patience is -2")
                .contains("initialisation is \"zero\"");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void filesThatAreNoneAreRefusedInALine() throws IOException {
        Path missing = folder.resolve("none.yaml");
        assertThat(rlrr("finetune", "--config", missing).err())
                .contains("--config: there is no file " + missing);
        Path list = file("list.yaml", "- a\n- b\n");
        assertThat(rlrr("finetune", "--config", list).err()).contains("holds no mapping");
        Path broken = file("broken.yaml", "a: [1, 2\nb: }\n");
        CommandLine.Result result = rlrr("finetune", "--config", broken);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("is neither YAML nor JSON");
    }
}
