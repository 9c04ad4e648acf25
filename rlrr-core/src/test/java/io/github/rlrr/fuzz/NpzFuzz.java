package io.github.rlrr.fuzz;

/** Any bytes as an npz file, the zip archive around the arrays included. */
public final class NpzFuzz {

    private NpzFuzz() {}

    /**
     * Runs one input.
     *
     * @param data the file
     */
    public static void fuzzerTestOneInput(byte[] data) {
        // Else the input would be fuzzing another reader.
        if (data.length > 2 && data[0] == 'P' && data[1] == 'K') {
            FuzzFile.readAll(data);
        }
    }
}
