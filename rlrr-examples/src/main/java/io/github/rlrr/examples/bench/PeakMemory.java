package io.github.rlrr.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The process' peak resident memory, natives included. */
public final class PeakMemory {

    private PeakMemory() {}

    /**
     * Asks the kernel, VmHWM of {@code /proc/self/status}.
     *
     * @return bytes; empty where the platform does not tell
     */
    public static OptionalLong bytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
