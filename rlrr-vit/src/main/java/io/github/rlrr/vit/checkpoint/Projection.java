package io.github.rlrr.vit.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The layer by which CLIP brings what its image tower gives to the width of its texts. It is left
 * out, unless it is asked for: then it is the head, mostly without a bias.
 */
final class Projection {

    /** What stands before the names of a tower of timm's in OpenCLIP. */
    static final String TRUNK = "visual.trunk.";

    /** Hugging Face's, OpenCLIP's, and its two of a tower of timm's; as the layouts know them. */
    private static final Map<String, String> NAMES =
            Map.of(
                    "visual_projection.weight", "visual_projection.weight",
                    "visual.proj", "visual.proj",
                    "visual.head.proj.weight", "head.weight",
                    "visual.head.proj.bias", "head.bias",
                    "visual.trunk.head.weight", "head.weight",
                    "visual.trunk.head.bias", "head.bias");

    private Projection() {}

    /**
     * The name under which a layout knows a tensor of a projection.
     *
     * @param name the file's, without what stands before all names of a whole model
     * @return null for another tensor
     */
    static @Nullable String known(String name) {
        return NAMES.get(name);
    }

    /** Whether a layout's name is that of its matrix. */
    static boolean isWeight(String known) {
        return NAMES.containsValue(known) && !known.endsWith("bias");
    }

    /** What stands before the names of the whole model whose tower has a prefix. */
    static String whole(String prefix) {
        return prefix.endsWith(TRUNK)
                ? prefix.substring(0, prefix.length() - TRUNK.length())
                : prefix;
    }

    static IOException missing(Path file) {
        return new IOException(
                file
                        + " has no projection of what its image tower gives (visual_projection.weight,"
                        + " visual.proj, visual.head.proj.weight); load it without, as timm's files,"
                        + " in which it is the head already");
    }
}
