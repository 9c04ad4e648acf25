package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLockTest {

    @TempDir private Path folder;

    /** Another process: takes the lock, says whether it has it, and never lets go by itself. */
    static final class HoldsALock {

        private HoldsALock() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            try (ProcessLock lock = ProcessLock.tryTake(Path.of(arguments[0]))) {
                System.out.print(lock == null ? '0' : '1');
                System.out.flush();
                if (lock != null) {
                    Thread.sleep(TimeUnit.MINUTES.toMillis(5));
                }
            }
        }
    }

    private static Process other(Path file) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldsALock.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
    }

    @Test
    void aLockIsHeldAgainstThreadsOfThisProcess() throws IOException {
        Path file = folder.resolve("deeper/lock");
        try (ProcessLock held = ProcessLock.tryTake(file)) {
            assertThat(held).isNotNull();
            assertThat(ProcessLock.tryTake(file)).isNull();
            assertThat(ProcessLock.holder(file)).isEqualTo("this process");
        }
        try (ProcessLock again = ProcessLock.tryTake(file)) {
            assertThat(again).isNotNull();
        }
    }

    @Test
    void aLockIsHeldAgainstOtherProcessesUntilTheyAreKilledAndNamesThem() throws Exception {
        Path file = folder.resolve("lock");
        Process other = other(file);
        try {
            assertThat(other.getInputStream().read()).as("the other has it").isEqualTo('1');
            assertThat(ProcessLock.tryTake(file)).isNull();
            assertThatThrownBy(() -> ProcessLock.take(file, "out", "trains there"))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching(
                            "out is in use: another process \\("
                                    + other.pid()
                                    + "( on .+)?\\) trains there; wait for it or stop it");
        } finally {
            other.destroyForcibly();
            assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(file).as("what a killed process leaves").exists();
        try (ProcessLock mine = ProcessLock.tryTake(file)) {
            assertThat(mine).isNotNull();
        }
    }

    @Test
    void toTryInVainDoesNotLetGoOfTheLock() throws Exception {
        Path file = folder.resolve("lock");
        try (ProcessLock held = ProcessLock.tryTake(file)) {
            assertThat(held).isNotNull();
            assertThat(ProcessLock.tryTake(file)).isNull();
            assertThat(ProcessLock.holder(file)).isNotEmpty();
            Process other = other(file);
            assertThat(other.getInputStream().read()).isEqualTo('0');
            assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void aClosedLockLeavesNoFile() throws IOException {
        Path file = folder.resolve("lock");
        ProcessLock.await(file, () -> {}).close();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aLockWhoseFolderWasDeletedOrReplacedIsNotThere() throws IOException {
        Path file = folder.resolve("run/lock");
        try (ProcessLock lock = ProcessLock.tryTake(file)) {
            assertThat(lock).isNotNull();
            assertThat(lock.isThere()).isTrue();
            Path moved = Files.move(folder.resolve("run"), folder.resolve("moved"));
            assertThat(lock.isThere()).isFalse();
            Files.createDirectory(folder.resolve("run"));
            Files.writeString(file, "another one's");
            assertThat(lock.isThere()).isFalse();
            assertThat(moved).isDirectory();
        }
        assertThat(file).as("not ours to delete").hasContent("another one's");
    }
}
