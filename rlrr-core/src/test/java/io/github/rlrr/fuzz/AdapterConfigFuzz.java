package io.github.rlrr.fuzz;

import io.github.rlrr.adapter.AdapterFolder;
import java.io.IOException;
import java.nio.file.Path;

/** Any bytes as the configuration of an adapter folder. */
public final class AdapterConfigFuzz {

    private AdapterConfigFuzz() {}

    /**
     * Runs one input.
     *
     * @param data the JSON
     */
    public static void fuzzerTestOneInput(byte[] data) {
        Path file = FuzzFile.write(AdapterFolder.CONFIG_FILE, data);
        try {
            AdapterFolder.describe(file.getParent());
        } catch (IOException e) {
            String message = e.getMessage();
            if (!message.startsWith(file.getParent().toString())
                    || message.length() > 1000
                    || message.lines().count() != 1) {
                throw new AssertionError("bad message: " + message, e);
            }
        }
    }
}
