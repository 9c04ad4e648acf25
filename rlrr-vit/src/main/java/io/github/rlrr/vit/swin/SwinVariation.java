package io.github.rlrr.vit.swin;

/** What a Swin Transformer may have unlike the first one, as timm has it. */
public enum SwinVariation {
    /**
     * Swin V2: attention by cosines, a continuous bias of positions, no bias of keys, and norms
     * after what they are of.
     */
    V2,

    /**
     * Grids that are no whole windows are filled up with zeros before they are shifted, as the
     * original, Hugging Face and torchvision do, in place of after it.
     */
    FILLED_FIRST,

    /**
     * Windows stay as large as they are where the grid is smaller, as in torchvision: the grid is
     * filled up with zeros.
     */
    WHOLE_WINDOWS
}
