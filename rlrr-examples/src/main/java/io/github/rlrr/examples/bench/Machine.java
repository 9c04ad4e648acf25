package io.github.rlrr.examples.bench;

import ai.djl.engine.Engine;
import com.sun.management.OperatingSystemMXBean;
import io.github.rlrr.torch.Threads;
import io.github.rlrr.torch.TorchRuntime;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What figures were measured on.
 *
 * @param system name, version and architecture of the operating system
 * @param cores processors that the JVM may use
 * @param cpu the processor's name where the platform tells
 * @param memoryBytes the machine's memory
 */
record Machine(String system, int cores, @Nullable String cpu, long memoryBytes) {

    private static final Path CPU = Path.of("/proc/cpuinfo");

    static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** This one. */
    static Machine here() {
        String system =
                String.join(
                        " ",
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"));
        return new Machine(system, Threads.processors(), processor(), SYSTEM.getTotalMemorySize());
    }

    private static @Nullable String processor() {
        try {
            return Files.readAllLines(CPU).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null; // no Linux
        }
    }

    /** What is measured, and what it runs on; loads the engine. */
    static Map<String, String> versions() {
        String library = TorchRuntime.class.getPackage().getImplementationVersion();
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("rlrr", library == null ? "development" : library);
        versions.put("djl", Engine.getDjlVersion());
        versions.put("libtorch", TorchRuntime.require().getVersion());
        versions.put(
                "java",
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        return versions;
    }

    /** One line for people. */
    String line() {
        return String.format(
                Locale.ROOT,
                "%s, %d cores, %.1f GiB, %s",
                cpu == null ? "processor unknown" : cpu,
                cores,
                memoryBytes / (double) (1L << 30),
                system);
    }
}
