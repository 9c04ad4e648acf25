package io.github.rlrr.examples.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {

    private static final long GIB = 1L << 30;

    @TempDir private Path root;

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void machine() throws IOException {
        file("proc/meminfo", "MemTotal: 99999999 kB\nMemAvailable:    8388608 kB\n");
    }

    @Test
    void withoutALimitItIsWhatTheMachineHas() throws IOException {
        machine();
        file("proc/self/cgroup", "0::/\n");
        assertThat(FreeMemory.now(root, 1)).isEqualTo(new FreeMemory(8 * GIB, 0));
    }

    @Test
    void aLimitAboveTheOwnGroupCounts() throws IOException {
        machine();
        file("proc/self/cgroup", "0::/service/own\n");
        file("sys/fs/cgroup/service/own/memory.max", "max\n");
        file("sys/fs/cgroup/service/own/memory.current", "5\n");
        file("sys/fs/cgroup/service/memory.max", Long.toString(4 * GIB));
        file("sys/fs/cgroup/service/memory.current", Long.toString(3 * GIB));
        file("sys/fs/cgroup/service/memory.stat", "anon 1\ninactive_file " + GIB + "\n");
        assertThat(FreeMemory.now(root, 1)).isEqualTo(new FreeMemory(2 * GIB, 4 * GIB));
    }

    @Test
    void aLimitOfTheFirstVersionCountsInAContainerToo() throws IOException {
        machine();
        file("proc/self/cgroup", "4:cpu:/x\n3:memory:/docker/abc\n0::/\n");
        // The container sees its own group as the root.
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", Long.toString(2 * GIB));
        file("sys/fs/cgroup/memory/memory.usage_in_bytes", Long.toString(GIB));
        assertThat(FreeMemory.now(root, 1)).isEqualTo(new FreeMemory(GIB, 2 * GIB));
    }

    @Test
    void theFirstVersionsWayToSayNoLimitIsNone() throws IOException {
        machine();
        file("proc/self/cgroup", "3:memory:/\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("sys/fs/cgroup/memory/memory.usage_in_bytes", "1\n");
        assertThat(FreeMemory.now(root, 1)).isEqualTo(new FreeMemory(8 * GIB, 0));
    }

    @Test
    void whereTheKernelSaysNothingTheJvmDoes() {
        assertThat(FreeMemory.now(root, 7)).isEqualTo(new FreeMemory(7, 0));
    }
}
