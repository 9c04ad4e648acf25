package io.github.rlrr.examples;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only processes of their own can show: sharing the work, and being stopped. */
class BenchmarkProcessTest {

    @TempDir private Path temporary;

    private Process vtab(Object... more) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                RlrrCommand.class.getName(),
                                "vtab",
                                "--checkpoint",
                                Bundled.VIT,
                                "--threads",
                                "1",
                                "--root",
                                temporary.resolve("vtab").toString(),
                                "--out",
                                temporary.resolve("out").toString()));
        for (Object argument : more) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static List<String> lines(Process run) throws IOException {
        return new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    @Test
    void twoProcessesShareTheTrialsOfOneFolder() throws IOException, InterruptedException {
        new MiniatureVtab(temporary.resolve("vtab"), "dtd", "eurosat", "kitti");
        Object[] arguments = {"--tasks", "dtd,eurosat,kitti", "--seeds", 3, "--epochs", 3};
        Process first = vtab(arguments);
        Process second = vtab(arguments);
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
        assertThat(trained).hasSize(9).doesNotHaveDuplicates();
        assertThat(said).anyMatch(line -> line.contains("another process is at it"));
        assertThat(Files.readString(temporary.resolve("out/results.md")))
                .containsPattern("\\| kitti \\| \\d+\\.\\d\\d ± ");
    }

    @Test
    void aRunThatIsToldToStopKeepsWhatIsDoneAndLeavesNoHalfResult()
            throws IOException, InterruptedException {
        new MiniatureVtab(temporary.resolve("vtab"), "dtd", "kitti");
        assertThat(lines(vtab("--tasks", "dtd", "--epochs", 1))).isNotEmpty();
        Process run =
                vtab("--tasks", "dtd,kitti", "--epochs", 100_000, "--search", "epochs=1,9999");
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
        try (Stream<Path> files = Files.walk(temporary.resolve("out"))) {
            List<Path> all = files.toList();
            assertThat(all).filteredOn(f -> f.endsWith("result.json")).hasSize(1);
            Path log =
                    all.stream().filter(f -> f.endsWith("trials.jsonl")).findFirst().orElseThrow();
            assertThat(Files.readAllLines(log)).hasSize(1);
        }
    }
}
