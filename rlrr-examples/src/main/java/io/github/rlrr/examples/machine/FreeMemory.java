package io.github.rlrr.examples.machine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * How much memory a process can still take.
 *
 * @param bytes what is free: of the machine, or within the limit of the container or service
 * @param limit the limit that decides; 0 where it is the machine that does
 */
public record FreeMemory(long bytes, long limit) {

    private static final Path SYSTEM = Path.of("/");

    /** Above this the kernel means that there is no limit. */
    private static final long NO_LIMIT = 1L << 60;

    /** What this process can take now. */
    public static FreeMemory now() {
        OperatingSystemMXBean bean =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return now(SYSTEM, bean.getFreeMemorySize());
    }

    /**
     * The same of another root folder.
     *
     * @param root in place of {@code /}
     * @param otherwise what is free where Linux' files are not there
     */
    static FreeMemory now(Path root, long otherwise) {
        long available = number(root.resolve("proc/meminfo"), "MemAvailable:");
        FreeMemory least = new FreeMemory(available < 0 ? otherwise : available * 1024, 0);
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[1].isEmpty()) {
                Path groups = root.resolve("sys/fs/cgroup");
                least = least.within(groups, parts[2], "memory.max", "memory.current");
            } else if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
                Path groups = root.resolve("sys/fs/cgroup/memory");
                String limit = "memory.limit_in_bytes";
                least = least.within(groups, parts[2], limit, "memory.usage_in_bytes");
            }
        }
        return least;
    }

    /** A limit holds for all groups below, so all above count. A container sees its own as root. */
    private FreeMemory within(Path groups, String name, String limitFile, String usedFile) {
        FreeMemory least = this;
        Path group = groups.resolve(name.replaceFirst("^/+", "")).normalize();
        for (; group != null && group.startsWith(groups); group = group.getParent()) {
            long limit = number(group.resolve(limitFile), "");
            long used = number(group.resolve(usedFile), "");
            if (limit >= 0 && limit < NO_LIMIT && used >= 0) {
                // The system drops cached files before it stops anybody.
                long cached = Math.max(0, number(group.resolve("memory.stat"), "inactive_file "));
                long free = Math.max(0, limit - used + Math.min(cached, used));
                least = free < least.bytes ? new FreeMemory(free, limit) : least;
            }
        }
        return least;
    }

    /** The number after a key at a line's begin; -1 where there is none. */
    private static long number(Path file, String key) {
        for (String line : lines(file)) {
            if (line.startsWith(key)) {
                String digits = line.substring(key.length()).strip().replaceFirst("\\D.*", "");
                return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : -1;
            }
        }
        return -1;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // no Linux, or no such group here
        }
    }

    /** Bytes as people say them. */
    static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / (1L << 30));
    }

    @Override
    public String toString() {
        return gib(bytes) + " free" + (limit > 0 ? " of a limit of " + gib(limit) : "");
    }
}
