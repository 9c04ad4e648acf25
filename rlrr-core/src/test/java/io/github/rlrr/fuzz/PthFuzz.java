package io.github.rlrr.fuzz;

/** Any bytes as a PyTorch file, the zip archive around the pickle included. */
public final class PthFuzz {

    private PthFuzz() {}

    /**
     * Runs one input.
     *
     * @param data the file
     */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length > 2 && data[0] == 'P' && data[1] == 'K') {
            FuzzFile.readAll(data);
        }
    }
}
