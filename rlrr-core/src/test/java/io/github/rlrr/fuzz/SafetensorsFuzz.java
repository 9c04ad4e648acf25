package io.github.rlrr.fuzz;

/** Any bytes as a safetensors file. */
public final class SafetensorsFuzz {

    private SafetensorsFuzz() {}

    /**
     * Runs one input.
     *
     * @param data the file
     */
    public static void fuzzerTestOneInput(byte[] data) {
        FuzzFile.readAll(data);
    }
}
