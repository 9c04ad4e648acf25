package io.github.rlrr.examples.app;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.part.Precision;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only processes of their own can show: being stopped, and repeating. */
@Tag("slow")
class ProcessTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path folder;

    private Process finetune(Path out, int epochs, String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "finetune",
                                "--data",
                                demo.images().resolve("val").toString(),
                                "--checkpoint",
                                Bundled.VIT,
                                "--out",
                                out.toString(),
                                "--epochs",
                                Integer.toString(epochs),
                                "--augment=flip"));
        arguments.addAll(List.of(more));
        return JavaProcess.rlrr(arguments.toArray()).start();
    }

    @Test
    void aRunThatIsToldToStopSavesWhatItHas() throws IOException, InterruptedException {
        Process run = finetune(folder, 1000);
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.startsWith("epoch   2/")) {
                line = out.readLine();
            }
            assertThat(line).as("the second epoch's line").isNotNull();
            run.toHandle().destroy();
            assertThat(out.lines().toList())
                    .anyMatch(said -> said.contains("stopping after this step"))
                    .anyMatch(
                            said -> said.matches("stopped after \\d+ steps; the same command .*"));
        }
        assertThat(run.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(run.exitValue()).isNotZero();
        assertThat(folder.resolve("report.html"))
                .content()
                .containsPattern("The run was stopped after \\d+ steps")
                .contains("epoch 2, validation: ");
        try (VisionTransformer vit = VitCheckpoint.load(Bundled.vit());
                AdaptedBlock adapted = Rlrr.load(vit, folder.resolve("adapter"))) {
            assertThat(adapted.trainableTensors()).isNotEmpty();
        }
    }

    @Test
    void aKilledRunThatIsStartedAgainEndsAsOneThatWasNot() throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(finetune(whole, 4, "--state-every", "0").waitFor(5, TimeUnit.MINUTES)).isTrue();
        Path killed = folder.resolve("killed");
        Process run = finetune(killed, 4, "--state-every", "0");
        try (BufferedReader out = run.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.startsWith("epoch   2/")) {
                line = out.readLine();
            }
            assertThat(line).as("the second epoch's line").isNotNull();
            run.destroyForcibly().waitFor();
        }
        assertThat(killed.resolve("adapter")).doesNotExist();

        Process again = finetune(killed, 4, "--state-every", "0");
        String said;
        try (BufferedReader out = again.inputReader()) {
            said = String.join("\n", out.lines().toList());
        }
        assertThat(again.waitFor()).as(said).isZero();
        assertThat(said).containsPattern("continuing after step \\d+, [1-3] of 4 epochs are done");
        assertThat(killed.resolve("adapter/adapter_model.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("adapter/adapter_model.safetensors"));
        assertThat(Files.readAllLines(killed.resolve("metrics.jsonl")))
                .hasSameSizeAs(Files.readAllLines(whole.resolve("metrics.jsonl")));
        assertThat(killed.resolve("state")).doesNotExist();
    }

    @Test
    void aKilledRunGoesOnInTheTypeThatItRecorded() throws Exception {
        Precision other =
                Precision.auto(Device.cpu()) == Precision.BFLOAT16
                        ? Precision.FLOAT32
                        : Precision.BFLOAT16;
        Process run = finetune(folder, 4, "--state-every", "0", "--precision", other.toString());
        try (BufferedReader out = run.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.startsWith("epoch   2/")) {
                line = out.readLine();
            }
            assertThat(line).as("the second epoch's line").isNotNull();
            run.destroyForcibly().waitFor();
        }
        Process again = finetune(folder, 4, "--state-every", "0", "--precision", "auto");
        String said = new String(again.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(again.waitFor()).as(said).isZero();
        assertThat(said).contains("continuing after step ");
        assertThat(folder.resolve("config.yaml")).content().contains("precision: " + other);
    }

    @Test
    void theSameRunInTwoProcessesWritesTheSameBytes() throws IOException, InterruptedException {
        byte[][] written = new byte[2][];
        for (int i = 0; i < 2; i++) {
            Path out = folder.resolve("run" + i);
            Process run = finetune(out, 2);
            String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(run.waitFor()).as(said).isZero();
            written[i] = Files.readAllBytes(out.resolve("adapter/adapter_model.safetensors"));
        }
        assertThat(written[1]).isEqualTo(written[0]);
    }
}
