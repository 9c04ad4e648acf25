package io.github.rlrr.training;

/** Which epoch's values the adapter holds after a run. */
public enum Selection {
    /** The last one's. */
    LAST,

    /**
     * Those of the epoch that is best on the validation set by the figures that {@linkplain
     * io.github.rlrr.task.Task#deciding decide}: with one label an example by the highest accuracy,
     * of equals by the lower loss, then the earlier. The test set has no say, unlike in the
     * published code.
     */
    BEST
}
