package io.github.rlrr.data;

/**
 * How an epoch of training is cut into batches.
 *
 * @param batchSize the examples of a batch; the last of an epoch may have fewer
 * @param accumulation the batches of a step
 * @param dropLast whether the examples that do not fill the last batch are left out
 * @param mixing how batches are mixed
 * @param seed of order, augmentation and mixing
 */
public record Batching(
        int batchSize, int accumulation, boolean dropLast, Mixing mixing, long seed) {

    /**
     * The examples that an epoch uses.
     *
     * @param size how many there are
     * @return so many of them
     */
    public int examples(int size) {
        return dropLast ? size - size % batchSize : size;
    }

    /**
     * The steps of an epoch; the last may have fewer batches.
     *
     * @param size how many examples there are
     * @return their number
     */
    public int steps(int size) {
        long examples = (long) batchSize * accumulation;
        return Math.toIntExact((examples(size) + examples - 1) / examples);
    }
}
