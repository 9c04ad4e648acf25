package io.github.rlrr.vit;

/**
 * The sizes of a pooling by attention, where they are not those of the blocks.
 *
 * @param heads H; divides the width
 * @param mlpWidth the hidden size of its MLP
 */
public record PoolingSize(int heads, int mlpWidth) {

    /**
     * Checks the sizes.
     *
     * @param heads as the record has it
     * @param mlpWidth as the record has it
     * @throws IllegalArgumentException when one is below 1
     */
    public PoolingSize {
        if (heads < 1 || mlpWidth < 1) {
            throw new IllegalArgumentException(
                    "pooling has %s heads and an MLP of %s, expected at least 1"
                            .formatted(heads, mlpWidth));
        }
    }
}
