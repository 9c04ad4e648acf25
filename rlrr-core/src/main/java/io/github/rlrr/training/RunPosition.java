package io.github.rlrr.training;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands between two steps: with the tensors, all that continuing it needs. Random
 * states are not among it, since every draw derives from the seed and a count.
 *
 * @param step optimizer steps done
 * @param forwards batches seen, from which dropout is seeded
 * @param epochs the metrics of the finished epochs
 * @param open what the unfinished epoch has seen so far
 * @param best the best of the finished epochs, where there is one
 * @param epochsSinceBest finished epochs after the best
 */
record RunPosition(
        long step,
        long forwards,
        List<EpochMetrics> epochs,
        OpenEpoch open,
        @Nullable EpochMetrics best,
        int epochsSinceBest) {

    /** Numbers are written with all their digits; NaN stands for a figure that does not exist. */
    private static final Gson GSON =
            new GsonBuilder().serializeSpecialFloatingPointValues().create();

    /**
     * The sums of an epoch that has not ended.
     *
     * @param steps steps done within it
     * @param seen training examples
     * @param lossTotal the sum of their losses
     * @param correct how many were classified right
     * @param seconds wall-clock seconds spent on it
     * @param waited seconds of these spent waiting for data
     */
    record OpenEpoch(
            int steps, int seen, double lossTotal, long correct, double seconds, double waited) {

        /** Nothing seen yet. */
        static final OpenEpoch NONE = new OpenEpoch(0, 0, 0, 0, 0, 0);
    }

    RunPosition {
        epochs = List.copyOf(epochs);
    }

    String toJson() {
        return GSON.toJson(this);
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    static RunPosition fromJson(@Nullable String text) {
        try {
            RunPosition position = GSON.fromJson(text, RunPosition.class);
            if (position != null && position.open != null) {
                return position;
            }
        } catch (JsonParseException | NullPointerException e) {
            throw new IllegalArgumentException("no position of a run", e);
        }
        throw new IllegalArgumentException("no position of a run");
    }
}
