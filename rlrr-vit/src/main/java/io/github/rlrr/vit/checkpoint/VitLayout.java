package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.io.ShortList;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.util.Arrays;

/** The families of Vision Transformer files that are read and written. */
public enum VitLayout {
    /** Google's JAX checkpoints: npz, kernels (in, out), attention split by head. */
    GOOGLE,
    /** timm's: safetensors, one matrix for query, key and value. */
    TIMM,
    /** Hugging Face's {@code ViTForImageClassification}: safetensors. */
    HUGGINGFACE;

    CheckpointLayout names() {
        return switch (this) {
            case GOOGLE -> GoogleLayout.LAYOUT;
            case TIMM -> TimmLayout.LAYOUT;
            case HUGGINGFACE -> HuggingFaceLayout.LAYOUT;
        };
    }

    /** The layout of a file, once its tensors are found to be of a model that we have. */
    static CheckpointLayout of(TensorReader reader) throws IOException {
        for (VitLayout candidate : values()) {
            CheckpointLayout layout = candidate.names();
            if (layout.recognises(reader.tensors())) {
                Unsupported.check(reader, layout);
                return layout;
            }
        }
        throw new IOException(
                reader.file()
                        + " is no Vision Transformer of a known layout ("
                        + String.join(
                                ", ", Arrays.stream(values()).map(l -> l.names().label()).toList())
                        + "); it holds "
                        + ShortList.of(reader.tensors().keySet()));
    }
}
