package io.github.rlrr.torch;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalDouble;

/** How many processors this process may use, what limits them, and how busy they are. */
public final class Processors {

    private static final Path PROC = Path.of("/proc");

    /** Linux counts a processor's time in hundredths of a second, whatever it ticks in. */
    private static final double TICKS = 100;

    private static final int IDLE = 4;
    private static final int WAITING = 5;

    private final Path proc;
    private final int usable;
    private final int machine;
    private final BitSet allowed;
    private final boolean told;

    /** Those of another machine's files. */
    Processors(Path proc, int usable, boolean told) {
        this.proc = proc;
        this.usable = usable;
        this.told = told;
        int count = (int) lines("stat").stream().filter(line -> line.matches("cpu\\d.*")).count();
        machine = count == 0 ? usable : count;
        allowed = new BitSet();
        for (String line : lines("self/status")) {
            if (line.startsWith("Cpus_allowed_list:")) {
                for (String range : line.replaceFirst(".*:", "").strip().split(",", -1)) {
                    String[] ends = range.split("-", 2);
                    int first = Integer.parseInt(ends[0]);
                    allowed.set(first, Integer.parseInt(ends[ends.length - 1]) + 1);
                }
            }
        }
    }

    /**
     * Those of this process.
     *
     * @return what Java and, on Linux, the system say
     */
    public static Processors here() {
        boolean told =
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .anyMatch(option -> option.startsWith("-XX:ActiveProcessorCount="));
        return new Processors(PROC, Threads.processors(), told);
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(proc.resolve(file));
        } catch (IOException e) {
            return List.of(); // no Linux
        }
    }

    /**
     * How many Java counts: within the affinity and the processor quota of a container or service,
     * rounded up.
     *
     * @return at least 1
     */
    public int usable() {
        return usable;
    }

    /**
     * On how many the scheduler may run this process, which is what libtorch counts.
     *
     * @return at least 1
     */
    public int allowed() {
        return allowed.isEmpty() ? machine : Math.min(machine, allowed.cardinality());
    }

    /**
     * What the allowed processors have been busy since the machine started, for whomever.
     *
     * @return seconds, of all together; empty where the system does not tell
     */
    OptionalDouble busySeconds() {
        double ticks = 0;
        for (String line : lines("stat")) {
            String[] words = line.split(" +", -1);
            if (words[0].matches("cpu\\d+")
                    && words.length > WAITING
                    && allowed.get(Integer.parseInt(words[0].substring(3)))) {
                // user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, stolen
                for (int i = 1; i < Math.min(words.length, 9); i++) {
                    ticks += i == IDLE || i == WAITING ? 0 : Long.parseLong(words[i]);
                }
            }
        }
        return ticks == 0 ? OptionalDouble.empty() : OptionalDouble.of(ticks / TICKS);
    }

    /** How many are usable, and which limit rules where one does. */
    @Override
    public String toString() {
        String rule = "";
        if (told) {
            rule = "-XX:ActiveProcessorCount";
        } else if (usable < allowed()) {
            rule = "a processor quota";
        } else if (usable < machine) {
            rule = "the affinity";
        }
        return usable + (rule.isEmpty() ? "" : " of " + machine + ", limited by " + rule);
    }
}
