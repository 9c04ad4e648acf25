package io.github.rlrr.training;

/** Which epoch's values the adapter holds after a run. */
public enum Selection {
    /** The last one's. */
    LAST,

    /**
     * Those of the epoch with the highest validation accuracy; of equals the one with the lower
     * validation loss, then the earlier. The test set has no say, unlike in the published code.
     */
    BEST
}
