package io.github.rlrr.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.app.JavaProcess;
import io.github.rlrr.examples.demo.Bundled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only processes of their own can show: sharing the work, and being stopped. */
@Tag("slow")
class BenchmarkProcessTest {

    @TempDir private Path temporary;

    private Process vtab(String out, Object... more) throws IOException {
        List<Object> arguments =
                new ArrayList<>(
                        List.of(
                                "vtab",
                                "--checkpoint",
                                Bundled.VIT,
                                "--threads",
                                "1",
                                "--root",
                                temporary.resolve("vtab").toString(),
                                "--out",
                                temporary.resolve(out).toString()));
        arguments.addAll(List.of(more));
        return JavaProcess.rlrr(arguments.toArray()).start();
    }

    private static List<String> lines(Process run) throws IOException {
        return new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    @Test
    void twoProcessesShareTheTrialsOfOneFolder() throws IOException, InterruptedException {
        new MiniatureVtab(temporary.resolve("vtab"), "dtd", "eurosat", "kitti");
        Object[] arguments = {"--tasks", "dtd,eurosat,kitti", "--seeds", 2, "--epochs", 3};
        Process first = vtab("out", arguments);
        Process second = vtab("out", arguments);
        List<String> said = new ArrayList<>(lines(first));
        said.addAll(lines(second));
        assertThat(first.waitFor()).as(String.join("\n", said)).isZero();
        assertThat(second.waitFor()).isZero();

        List<String> trained =
                said.stream()
                        .filter(line -> line.matches("\\w+ seed \\d validated   validated .*"))
                        .map(line -> line.substring(0, line.indexOf("   ")))
                        .sorted()
                        .toList();
        assertThat(trained).hasSize(6).doesNotHaveDuplicates();
        assertThat(said).anyMatch(line -> line.contains("another process is at it"));
        assertThat(Files.readString(temporary.resolve("out/results.md")))
                .containsPattern("\\| kitti \\| \\d+\\.\\d\\d ± ");
    }

    @Test
    void aSearchThatIsToldToStopGoesOnFromTheStepItHasReached()
            throws IOException, InterruptedException {
        new MiniatureVtab(temporary.resolve("vtab"), "dtd");
        Object[] search = {"--tasks", "dtd", "--search", "epochs=1,12"};
        Process run = vtab("out", search);
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.contains("trial 2/2   epoch")) {
                line = out.readLine();
            }
            assertThat(line).as("the second trial is under way").isNotNull();
            run.toHandle().destroy();
            assertThat(out.lines().toList())
                    .anyMatch(said -> said.contains("stopping after this step"));
        }
        assertThat(run.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(run.exitValue()).isNotZero();
        assertThat(found("out", "result.json")).isEmpty();
        assertThat(Files.readAllLines(found("out", "trials.jsonl").get(0))).hasSize(1);

        List<String> resumed = lines(vtab("out", search));
        List<String> whole = lines(vtab("whole", search));

        assertThat(resumed)
                .anyMatch(said -> said.contains("trial 2/2   goes on after step"))
                .noneMatch(said -> said.contains("trial 1/2"));
        assertThat(whole).noneMatch(said -> said.contains("goes on"));
        for (String name : List.of("trials.jsonl", "adapter_model.safetensors")) {
            assertThat(withoutSeconds(found("out", name).get(0)))
                    .isEqualTo(withoutSeconds(found("whole", name).get(0)));
        }
        assertThat(found("out", "state")).as("nothing to go on from is left").isEmpty();
    }

    private List<Path> found(String out, String name) throws IOException {
        try (Stream<Path> files = Files.walk(temporary.resolve(out))) {
            return files.filter(f -> f.endsWith(name)).toList();
        }
    }

    private static String withoutSeconds(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1)
                .replaceAll("\"seconds\":[0-9.]+", "");
    }
}
