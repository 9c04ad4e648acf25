package io.github.rlrr.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Whose a file is: a process, and the place where its number means something.
 *
 * <p>Processes in two containers, or on two machines with a disk in common, may have one number.
 */
final class Owner {

    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");
    private static final Path NAMESPACE = Path.of("/proc/self/ns/pid");

    /** The number of this process. */
    static final long PID = ProcessHandle.current().pid();

    /** The name of this machine, empty where it is not known. */
    static final String HOST_NAME = hostName();

    /** Eight digits for where {@link #PID} counts. */
    static final String PLACE = place();

    private Owner() {}

    private static String hostName() {
        try {
            return Files.readString(HOST, StandardCharsets.UTF_8).strip();
        } catch (IOException | SecurityException e) {
            // Not Linux: what the shell says.
            String name = System.getenv("COMPUTERNAME");
            return name == null
                    ? String.valueOf(System.getenv().getOrDefault("HOSTNAME", ""))
                    : name;
        }
    }

    private static String place() {
        String namespace = "";
        try {
            namespace = Files.readSymbolicLink(NAMESPACE).toString();
        } catch (IOException | UnsupportedOperationException | SecurityException e) {
            // Not Linux: there are no such namespaces.
        }
        CRC32C sum = new CRC32C();
        sum.update((HOST_NAME + ' ' + namespace).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }
}
