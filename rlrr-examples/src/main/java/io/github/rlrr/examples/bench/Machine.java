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
import java.util.List;
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

    /** Those that decide how fast matrices are multiplied. */
    private static final List<String> INSTRUCTIONS =
            List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16");

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
        String name = listed("model name");
        return name.isEmpty() ? null : name;
    }

    /** What the first processor says of itself; empty where the platform does not tell. */
    private static String listed(String key) {
        try {
            return Files.readAllLines(CPU).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return ""; // no Linux
        }
    }

    /** The class of machines whose figures can be compared: processor, instructions, cores. */
    static String kind() {
        Machine here = here();
        List<String> flags = List.of(listed("flags").split(" ", -1));
        String instructions =
                String.join(" ", INSTRUCTIONS.stream().filter(flags::contains).toList());
        return String.join(
                ", ",
                here.cpu() == null ? "unknown" : here.cpu(),
                instructions.isEmpty() ? here.system() : instructions,
                here.cores() + " cores");
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
