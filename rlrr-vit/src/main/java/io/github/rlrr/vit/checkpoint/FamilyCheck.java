package io.github.rlrr.vit.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether a file and the configuration beside it are of one family. */
final class FamilyCheck {

    private FamilyCheck() {}

    /**
     * Refuses a configuration of another family, and none where something is known from it alone.
     *
     * @throws IOException naming both
     */
    static void check(Path file, CheckpointLayout layout, @Nullable ModelConfig said)
            throws IOException {
        String needed = layout.manner().configured();
        if (said == null) {
            if (needed != null) {
                throw new IOException(
                        "%s (%s) does not say %s; put the model's %s beside it, in one folder"
                                .formatted(
                                        file,
                                        layout.label(),
                                        needed,
                                        layout.label().equals(PublishedLayouts.OPEN_CLIP)
                                                ? OpenClipConfig.FILE
                                                : ModelConfig.FILE));
            }
            return;
        }
        String told = said.layout();
        if ((told != null || needed != null) && !layout.label().equals(told)) {
            throw new IOException(
                    "%s is of %s, but %s has names of %s; expected files that belong together"
                            .formatted(
                                    said.json().file(),
                                    told == null ? "another family" : told,
                                    file,
                                    layout.label()));
        }
    }
}
