package io.github.rlrr.examples.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The process' resident memory, natives included, where the kernel tells. */
public final class ResidentMemory {

    private ResidentMemory() {}

    /**
     * The most there has been, VmHWM of {@code /proc/self/status}.
     *
     * @return bytes; empty where the platform does not tell
     */
    public static OptionalLong peak() {
        return read("VmHWM:");
    }

    /**
     * What there is now, VmRSS.
     *
     * @return bytes; empty where the platform does not tell
     */
    public static OptionalLong now() {
        return read("VmRSS:");
    }

    private static OptionalLong read(String key) {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
