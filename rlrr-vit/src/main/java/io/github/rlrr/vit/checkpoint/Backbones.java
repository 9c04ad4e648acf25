package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.Backbone;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Finds who reads a checkpoint or writes a network: the {@link BackboneFamily families} on the
 * class path.
 */
public final class Backbones {

    private Backbones() {}

    /**
     * The family of a checkpoint.
     *
     * @param path a file or folder
     * @return the one that opens it; the Vision Transformer's, which says what is wrong with it,
     *     where no other does
     * @throws IOException when it cannot be looked at
     */
    public static BackboneFamily of(Path path) throws IOException {
        for (BackboneFamily family : families()) {
            if (family.opens(path)) {
                return family;
            }
        }
        throw new IllegalStateException(none());
    }

    /**
     * The family of a network.
     *
     * @param network any network
     * @return the one that writes it
     * @throws IllegalArgumentException when none does
     */
    public static BackboneFamily of(Backbone network) {
        for (BackboneFamily family : families()) {
            if (family.has(network)) {
                return family;
            }
        }
        throw new IllegalArgumentException(none());
    }

    private static String none() {
        return "no family of networks on the class path knows this one; add its jar, with its"
                + " META-INF/services";
    }

    /** The Vision Transformer's last, since it answers for what no other opens. */
    private static List<BackboneFamily> families() {
        List<BackboneFamily> families = new ArrayList<>();
        ServiceLoader.load(BackboneFamily.class).forEach(families::add);
        families.sort(Comparator.comparing(VitFamily.class::isInstance));
        return families;
    }
}
