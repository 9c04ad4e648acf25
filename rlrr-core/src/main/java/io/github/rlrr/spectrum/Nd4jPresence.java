package io.github.rlrr.spectrum;

import io.github.rlrr.torch.NativeFolders;

/** Says what to add where ND4J is not there: it is an optional dependency. */
final class Nd4jPresence {

    /** The version this code is tested with. */
    static final String VERSION = "1.0.0-M2.1";

    private Nd4jPresence() {}

    /**
     * Loads ND4J.
     *
     * @throws IllegalStateException when its classes or its natives are missing or cannot be
     *     unpacked
     */
    static void require() {
        NativeFolders.choose();
        try {
            Matrix.load();
        } catch (LinkageError e) {
            NativeFolders.javacppFault()
                    .ifPresent(
                            fault -> {
                                throw new IllegalStateException(fault, e);
                            });
            throw new IllegalStateException(
                    "the singular-value view needs ND4J with the natives of this platform; add"
                            + " org.nd4j:nd4j-native:"
                            + VERSION
                            + " to the class path, and with your platform's classifier, such as"
                            + " linux-x86_64, org.nd4j:nd4j-native, org.bytedeco:openblas and"
                            + " org.bytedeco:javacpp; docs/spectrum.md has the lines for Maven",
                    e);
        }
    }
}
