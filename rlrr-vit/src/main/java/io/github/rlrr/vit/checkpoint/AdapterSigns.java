package io.github.rlrr.vit.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.regex.Pattern;

/** Files of adapters that were given as checkpoints, known by the names of their tensors. */
final class AdapterSigns {

    /** What PEFT puts into names, and leaves there when a model is saved unmerged. */
    private static final Pattern PEFT =
            Pattern.compile(
                    "(.*\\.)?(lora_\\w+|ia3_l|hada_\\w+|lokr_\\w+|oft_\\w+|boft_\\w+|vera_lambda\\w*"
                            + "|randlora_\\w+|base_layer|modules_to_save|original_module"
                            + "|prompt_encoder|prompt_embeddings|adaption_\\w+)(\\..*)?");

    /** Our own methods' tensors. */
    private static final Pattern OURS =
            Pattern.compile("(.*\\.)?(scale_left|scale_right|lora_a|lora_b)");

    private AdapterSigns() {}

    /**
     * Refuses a file with tensors of adapters.
     *
     * @throws IOException naming the first
     */
    static void check(Path file, Collection<String> names) throws IOException {
        for (String name : names) {
            if (OURS.matcher(name).matches()) {
                throw new IOException(
                        "%s: tensor \"%s\" belongs to an adapter, expected a whole model; name the adapter's folder as an adapter, and here the checkpoint it was trained on"
                                .formatted(file, name));
            }
            if (PEFT.matcher(name).matches()) {
                throw new IOException(
                        "%s: tensor \"%s\" belongs to a PEFT adapter, expected a whole model; merge it in Python with merge_and_unload() and save that model"
                                .formatted(file, name));
            }
        }
    }
}
