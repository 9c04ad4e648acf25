package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the network of a file turns queries and keys by the places of their patches. */
final class FileRotation {

    /** Metadata of safetensors files that this library writes. */
    static final String KEY = "rotation";

    private FileRotation() {}

    /** How queries and keys are turned, which no tensor shows but those of learned angles. */
    static @Nullable Rotary of(
            TensorReader reader, CheckpointLayout layout, @Nullable ModelConfig said)
            throws IOException {
        Rotary rotary = null;
        String written = reader.metadata().getOrDefault(KEY, "");
        if (said != null && said.saysRotation()) {
            rotary = said.rotary();
        } else if (!written.isEmpty()) {
            try {
                rotary = Rotary.parse(written);
            } catch (IllegalArgumentException e) {
                throw new IOException(reader.file() + ": " + e.getMessage(), e);
            }
        } else if (DinoV3Layout.isMetas(reader)) {
            rotary = DinoV3Layout.rotation(reader);
        } else if (layout.rotates() || isLikely(layout.geometry(reader.tensors()).variations())) {
            throw new IOException(
                    reader.file()
                            + " does not say whether queries and keys are turned by their positions,"
                            + " as its tensors' names let expect; put the model's config.json beside"
                            + " it, or one with timm's name of it, such as {\"architecture\":"
                            + " \"deit3_base_patch16_224\"}, and call it "
                            + CheckpointFiles.hubName(reader.file()));
        }
        boolean learned = rotary != null && rotary.kind() == Rotary.Kind.LEARNED;
        if (learned != layout.learnsRotation(reader.tensors())) {
            throw new IOException(
                    "%s: the rotation of queries and keys is said to be %s, but %s has %s learned angles; expected files that belong together"
                            .formatted(
                                    said == null ? reader.file() : said.json().file(),
                                    rotary,
                                    reader.file(),
                                    learned ? "no" : ""));
        }
        return rotary;
    }

    /**
     * Meta's Perception Encoders have names of a plain one; no other pools so after such a norm.
     */
    private static boolean isLikely(Set<VitVariation> variations) {
        return variations.contains(VitVariation.PRE_NORM)
                && (variations.contains(VitVariation.ATTENTION_POOLING)
                        || variations.contains(VitVariation.NO_FINAL_NORM));
    }
}
