package io.github.rlrr.fuzz;

import java.util.Map;

/** Any bytes as the one array of a sound npz file, past the checksum of the archive. */
public final class NpyFuzz {

    private NpyFuzz() {}

    /**
     * Runs one input.
     *
     * @param data the array, header and all
     */
    public static void fuzzerTestOneInput(byte[] data) {
        FuzzFile.readAll(StoredZip.of(Map.of("x.npy", data)));
    }
}
