package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A real process, killed with SIGKILL at random moments, and one whose disk is full. */
@Tag("slow")
class KilledRunTest {

    private static final int KILLS = 20;
    private static final int MOST_STARTS = 60;
    private static final int EPOCHS = 60;

    @TempDir Path folder;

    private List<String> command(Path state, Path adapter, int epochs) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ResumableRun.class.getName(),
                state.toString(),
                adapter.toString(),
                Integer.toString(epochs));
    }

    private Process start(Path state, Path adapter, int epochs) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(state, adapter, epochs));
        // A thread count of its own, for the same result in every process.
        builder.environment().put("OMP_NUM_THREADS", "1");
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** Lets a process do some steps, then kills it after a while. */
    private static boolean killed(Process process, int steps, long millis) throws Exception {
        try (BufferedReader out = process.inputReader()) {
            for (int i = 0; i < steps; i++) {
                out.readLine();
            }
            Thread.sleep(millis);
            process.destroyForcibly().waitFor();
        }
        return process.exitValue() != 0;
    }

    /** The exit code of a process that is left alone; what it prints is read, or it would wait. */
    private static int finished(Process process) throws Exception {
        process.getInputStream().transferTo(OutputStream.nullOutputStream());
        return process.waitFor();
    }

    @Test
    void aRunKilledTwentyTimesEndsAsOneThatWasNever() throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(finished(start(folder.resolve("state-of-whole"), whole, EPOCHS))).isZero();
        Path state = folder.resolve("state");
        Path adapter = folder.resolve("adapter");
        SplittableRandom random = new SplittableRandom(3);
        int kills = 0;
        List<String> stood = new ArrayList<>();
        for (int i = 0; i < MOST_STARTS && kills < KILLS; i++) {
            if (killed(start(state, adapter, EPOCHS), 1 + random.nextInt(15), random.nextInt(20))) {
                kills++;
                stood.add(newest(state));
            }
        }
        assertThat(kills).isEqualTo(KILLS);
        assertThat(stood.stream().distinct().count())
                .describedAs("different states at %s", stood)
                .isGreaterThan(4);
        assertThat(finished(start(state, adapter, EPOCHS))).isZero();
        Path tensors = Path.of("adapter_model.safetensors");
        assertThat(adapter.resolve(tensors)).hasSameBinaryContentAs(whole.resolve(tensors));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskStopsTheRunAndLeavesItsLastGoodState() throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(finished(start(folder.resolve("state-of-whole"), whole, 6))).isZero();
        Path state = folder.resolve("state");
        Path adapter = folder.resolve("adapter");
        assertThat(killed(start(state, adapter, 6), 12, 0)).isTrue();
        String stood = newest(state);

        // A process that may write no file of more than 4 KiB: the write fails as on a full disk.
        List<String> command = command(state, adapter, 6);
        String limited = "ulimit -f 4; exec \"$@\"";
        List<String> shell =
                new ArrayList<>(List.of("bash", "-c", limited, "bash", command.get(0)));
        shell.add("-XX:-UsePerfData");
        shell.addAll(command.subList(1, command.size()));
        ProcessBuilder builder = new ProcessBuilder(shell).redirectErrorStream(true);
        builder.environment().put("OMP_NUM_THREADS", "1");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isNotZero();
        assertThat(output).contains("since its state cannot be written", "continues from the last");
        assertThat(newest(state)).isEqualTo(stood);

        assertThat(finished(start(state, adapter, 6))).isZero();
        Path tensors = Path.of("adapter_model.safetensors");
        assertThat(adapter.resolve(tensors)).hasSameBinaryContentAs(whole.resolve(tensors));
    }

    private static String newest(Path state) throws IOException {
        try (var files = Files.list(state)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".sha256"))
                    .sorted()
                    .toList()
                    .toString();
        }
    }
}
