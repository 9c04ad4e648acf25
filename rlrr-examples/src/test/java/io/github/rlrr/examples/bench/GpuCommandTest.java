package io.github.rlrr.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.console.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CPU stands in for a GPU: every check is made, of the CPU against itself. */
class GpuCommandTest {

    @TempDir private Path folder;

    private CommandLine.Result run(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("bench", "gpu"));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--json", folder.resolve("gpu.jsonl")));
        return CommandLine.rlrr(arguments.toArray());
    }

    @Test
    @Tag("slow")
    void everyCheckEndsInAVerdict() throws IOException {
        CommandLine.Result result =
                run(
                        "--device",
                        "cpu",
                        "--model",
                        "vit-cifar10",
                        "--batch-size",
                        2,
                        "--steps",
                        2,
                        "--seconds",
                        0.05);
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        List<JsonObject> lines =
                Files.readAllLines(folder.resolve("gpu.jsonl")).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .toList();
        assertThat(lines.get(0).keySet()).contains("device", "gpus", "versions", "cpu");
        Map<String, JsonObject> verdicts = new LinkedHashMap<>();
        lines.stream().skip(1).forEach(line -> verdicts.put(line.get("check").getAsString(), line));
        assertThat(verdicts.keySet())
                .contains(
                        "gradients, float32",
                        "losses, half weights",
                        "losses after a stop in the middle",
                        "a large product, bfloat16",
                        "step of vit-cifar10, batch 2, float32",
                        "images that reach the device")
                .doesNotContain("a large product, tf32");
        // Bit for bit on one CPU; and another type is another result.
        assertThat(number(verdicts, "losses after a stop in the middle")).isZero();
        assertThat(number(verdicts, "gradients, recomputed")).isZero();
        assertThat(number(verdicts, "gradients, bfloat16")).isBetween(1e-4, 0.1);
        assertThat(note(verdicts, "the message where memory ends"))
                .startsWith("cpu() has no memory left for training steps of 4 examples; take a")
                .contains("libtorch says");
        assertThat(note(verdicts, "step of vit-cifar10, batch 2, float32"))
                .containsPattern(
                        "batch [\\d.]+, forward [\\d.]+, backward [\\d.]+, update [\\d.]+");
        assertThat(result.out()).doesNotContain("failed").contains("it is what to send");
    }

    private static double number(Map<String, JsonObject> verdicts, String check) {
        return verdicts.get(check).get("number").getAsDouble();
    }

    private static String note(Map<String, JsonObject> verdicts, String check) {
        return verdicts.get(check).get("note").getAsString();
    }

    @Test
    void whereThereIsNoGpuItSaysSo() {
        CommandLine.Result result = run("--device", "gpu:77");
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err()).startsWith("rlrr: --device gpu:77: this engine sees ");
    }

    @Test
    void tf32IsForGpus() {
        CommandLine.Result result =
                CommandLine.rlrr("bench", "train", "--precision", "tf32", "--model", "vit-cifar10");
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err()).startsWith("rlrr: --precision tf32 is for NVIDIA GPUs; say");
    }

    @Test
    void aVerdictFollowsFromNumberAndGoal() {
        assertThat(Verdict.difference("a", 1e-5, 1e-4, "").outcome())
                .isEqualTo(Verdict.Outcome.PASSED);
        assertThat(Verdict.difference("a", Double.NaN, 1e-4, "").outcome())
                .isEqualTo(Verdict.Outcome.FAILED);
        assertThat(Verdict.speed("a", 2999, 3000, "", "").outcome())
                .isEqualTo(Verdict.Outcome.NOT_REACHED);
        assertThat(Verdict.Outcome.NOT_REACHED).hasToString("not reached");
    }
}
