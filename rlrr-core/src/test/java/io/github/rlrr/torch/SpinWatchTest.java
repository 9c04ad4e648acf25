package io.github.rlrr.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpinWatchTest {

    @TempDir private Path proc;

    @BeforeEach
    void twoProcessors() throws IOException {
        Files.createDirectory(proc.resolve("self"));
        write("0-1", "cpu0 100 10 20 5000 7 1 2 3 0 0", "cpu1 50 0 0 5000 0 0 0 0 0 0");
    }

    private void write(String allowed, String... processors) throws IOException {
        String all = "cpu  1 2 3 4 5 6 7 8\n" + String.join("\n", processors) + "\nintr 9\n";
        Files.writeString(proc.resolve("stat"), all);
        Files.writeString(
                proc.resolve("self/status"),
                "Name:\tjava\nCpus_allowed:\tff\nCpus_allowed_list:\t" + allowed + "\n");
    }

    private Processors processors(int usable, boolean told) {
        return new Processors(proc, usable, told);
    }

    @Test
    void theRulingLimitIsNamed() throws IOException {
        assertThat(processors(2, false)).hasToString("2");
        assertThat(processors(1, true)).hasToString("1 of 2, limited by -XX:ActiveProcessorCount");
        assertThat(processors(1, false)).hasToString("1 of 2, limited by a processor quota");
        write("1", "cpu0 1 0 0 0 0 0", "cpu1 1 0 0 0 0 0");
        assertThat(processors(1, false)).hasToString("1 of 2, limited by the affinity");
        Files.delete(proc.resolve("stat"));
        assertThat(processors(1, false)).as("no Linux").hasToString("1");
    }

    @Test
    void busyIsWhatTheAllowedProcessorsDid() throws IOException {
        // Idle time and waiting for a disk are none.
        assertThat(processors(2, false).busySeconds()).hasValue(1.86);
        write("1", "cpu0 100 10 20 5000 7 1 2 3 0 0", "cpu1 50 0 0 5000 0 0 0 0 0 0");
        assertThat(processors(1, false).busySeconds()).hasValue(0.5);
        assertThat(processors(1, false).allowed()).isEqualTo(1);
        write("0,2-3,7", "cpu0 100 0 0 0 0 0", "cpu1 50 0 0 0 0 0", "cpu2 5 0 0 0 0 0");
        assertThat(processors(3, false).busySeconds()).hasValue(1.05);
        assertThat(processors(3, false).allowed()).isEqualTo(3);
        Files.delete(proc.resolve("stat"));
        assertThat(processors(2, false).busySeconds()).isEmpty();
    }

    @Test
    void threadsSleepBesideOthersAndSpinAgainAfterwards() {
        int before = TorchRuntime.threads();
        try {
            TorchRuntime.setThreads(2);
            SpinWatch watch = new SpinWatch(processors(2, false));
            watch.follow(1.9, 2);
            assertThat(watch.holders()).as("alone").isZero();
            watch.follow(1, 1.4);
            assertThat(watch.holders()).as("there is room").isZero();
            watch.follow(0, 2);
            assertThat(watch.holders()).as("nothing is computed").isZero();
            watch.follow(1.2, 2);
            assertThat(watch.holders()).as("others want the processors").isEqualTo(1);
            for (int i = 0; i < 4; i++) {
                watch.follow(1.9, 2);
                watch.follow(0, 2);
            }
            assertThat(watch.holders()).as("it may be but a pause").isEqualTo(1);
            watch.follow(1.9, 2);
            assertThat(watch.holders()).isZero();
            TorchRuntime.setThreads(1);
            watch.follow(1, 2);
            assertThat(watch.holders()).as("one thread waits for none").isZero();
        } finally {
            TorchRuntime.setThreads(before);
        }
    }
}
