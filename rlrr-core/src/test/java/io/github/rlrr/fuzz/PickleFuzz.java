package io.github.rlrr.fuzz;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Any bytes as the pickle of a sound PyTorch file with seven storages, past the checksum of the
 * archive.
 */
public final class PickleFuzz {

    /** Bytes of each storage, as the seed has them. */
    private static final int[] STORAGES = {24, 8, 8, 8, 8, 8, 8};

    private PickleFuzz() {}

    /**
     * Runs one input.
     *
     * @param data the pickle
     */
    public static void fuzzerTestOneInput(byte[] data) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", data);
        for (int key = 0; key < STORAGES.length; key++) {
            entries.put("archive/data/" + key, new byte[STORAGES[key]]);
        }
        FuzzFile.readAll(StoredZip.of(entries));
    }
}
