package io.github.rlrr.examples.command;

import io.github.rlrr.torch.FolderCheck;
import io.github.rlrr.torch.NativeFolders;
import io.github.rlrr.vit.hub.Hub;
import io.github.rlrr.vit.hub.HubSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code rlrr doctor} says of folders outside a run's own, and of the locale. */
final class Places {

    private final PrintWriter print;
    private final List<String> warnings;

    /**
     * Prepares the lines.
     *
     * @param warnings takes what is wrong and does not keep a model from being trained
     */
    Places(PrintWriter print, List<String> warnings) {
        this.print = print;
        this.warnings = warnings;
    }

    void print() {
        folder("DJL cache", NativeFolders.engine());
        Path jna = NativeFolders.jna();
        folder("JNA folder", jna);
        warn(jna, "no GPU is found without it; set -Djna.tmpdir");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        folder("temporary", temporary);
        warn(temporary, "set -Djava.io.tmpdir to a folder that can be written to");
        hubCache();
        locale();
    }

    private void folder(String name, Path folder) {
        DoctorCommand.line(print, name, folder + room(folder));
    }

    private static String room(Path folder) {
        Path there = folder.toAbsolutePath();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            return String.format(Locale.ROOT, " (%,d MB free)", free / 1_000_000);
        } catch (IOException e) {
            return " (unknown how much is free)";
        }
    }

    private void warn(Path folder, String remedy) {
        FolderCheck.fault(folder, 0)
                .ifPresent(fault -> warnings.add(folder + ": " + fault + "; " + remedy));
    }

    private void hubCache() {
        try {
            Hub hub = new Hub(HubSettings.fromEnvironment());
            Path cache = hub.settings().cache();
            double megabytes = hub.cachedBytes() / 1e6;
            String used = String.format(Locale.ROOT, " (%.1f MB used,", megabytes);
            DoctorCommand.line(
                    print, "hub cache", cache + room(cache).replaceFirst("^ \\(", used + " "));
            Optional<String> fault = Files.isDirectory(cache) ? writable(cache) : Optional.empty();
            fault.ifPresent(
                    said ->
                            warnings.add(
                                    cache
                                            + ": "
                                            + said
                                            + "; no checkpoint can be downloaded, set RLRR_CACHE"));
        } catch (IOException | IllegalArgumentException e) {
            DoctorCommand.line(print, "hub cache", "cannot be used: " + e.getMessage());
        }
    }

    private static Optional<String> writable(Path folder) {
        return Files.isWritable(folder) ? Optional.empty() : Optional.of("it cannot be written to");
    }

    /** File names are bytes; Java reads them by the locale that it was started in. */
    private void locale() {
        String names = System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name());
        DoctorCommand.line(print, "file names", names);
        if (!names.equalsIgnoreCase(StandardCharsets.UTF_8.name())
                && System.getProperty("os.name").equals("Linux")) {
            warnings.add(
                    "the locale is not UTF-8, so names of files with other letters than a to z"
                            + " cannot be told apart or opened; set LC_ALL=C.UTF-8");
        }
    }
}
