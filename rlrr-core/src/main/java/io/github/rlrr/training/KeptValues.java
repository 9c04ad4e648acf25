package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.task.Task;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which values a run evaluates and leaves in the adapter: those of the last step or their moving
 * average, of the last epoch or the best. Batch norm's statistics are of the best epoch, too, but
 * are not averaged.
 */
final class KeptValues implements AutoCloseable {

    private final FineTuneOptions options;
    private final List<String> deciding;
    private final @Nullable TensorCopies average;
    private final @Nullable TensorCopies best;
    private @Nullable EpochMetrics bestMetrics;
    private int epochsSinceBest;

    /** The average begins at the values as they are, as published. */
    KeptValues(AdaptedBlock block, Task task, FineTuneOptions options, NDManager manager) {
        this.options = options;
        deciding = task.deciding();
        average =
                options.get(TrainingSettings.EMA_DECAY) > 0
                        ? new TensorCopies(trainable(block), manager)
                        : null;
        best =
                options.get(TrainingSettings.SELECTION) == Selection.BEST
                        ? new TensorCopies(block.getDirectParameters().toMap(), manager)
                        : null;
    }

    private static Map<String, Parameter> trainable(AdaptedBlock block) {
        Map<String, Parameter> trainable = new LinkedHashMap<>();
        block.trainableTensors().forEach(t -> trainable.put(t.name(), t.parameter()));
        return trainable;
    }

    /** The second sets of values there are, by name, in place. */
    Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        if (average != null) {
            state.putAll(average.arrays("average."));
        }
        if (best != null) {
            state.putAll(best.arrays("best."));
        }
        return state;
    }

    /** The best of the finished epochs, where there is one. */
    @Nullable EpochMetrics best() {
        return bestMetrics;
    }

    /** Finished epochs after the best. */
    int epochsSinceBest() {
        return epochsSinceBest;
    }

    /** Goes on where another run of this kind stood; its arrays are in place. */
    void continueFrom(RunPosition position) {
        bestMetrics = position.best();
        epochsSinceBest = position.epochsSinceBest();
    }

    /** Takes the values of a step into the average. */
    void stepped() {
        if (average != null) {
            average.average(options.get(TrainingSettings.EMA_DECAY));
        }
    }

    /** Asks about the block while it holds the values that would be kept. */
    <T> T with(Supplier<T> question) {
        if (average == null) {
            return question.get();
        }
        average.swap();
        try {
            return question.get();
        } finally {
            average.swap();
        }
    }

    /**
     * Takes note of an epoch.
     *
     * @param metrics what it gave
     * @return whether patience has run out
     */
    boolean finished(EpochMetrics metrics) {
        epochsSinceBest++;
        if (bestMetrics == null
                || metrics.validation().areBetterThan(bestMetrics.validation(), deciding)) {
            bestMetrics = metrics;
            epochsSinceBest = 0;
            if (best != null) {
                with(
                        () -> {
                            best.take();
                            return true;
                        });
            }
        }
        return isOver();
    }

    /** Whether patience has run out. */
    boolean isOver() {
        int patience = options.get(TrainingSettings.PATIENCE);
        return patience > 0 && epochsSinceBest >= patience;
    }

    /**
     * Leaves the values to be kept in the adapter.
     *
     * @param lastEpoch the epoch whose values it holds, 0 for those within an epoch
     * @return the epoch whose values are kept, 0 likewise
     */
    int keep(int lastEpoch) {
        if (best != null && bestMetrics != null) {
            best.put();
            return bestMetrics.epoch();
        }
        if (average != null) {
            average.put();
        }
        return lastEpoch;
    }

    @Override
    public void close() {
        if (average != null) {
            average.close();
        }
        if (best != null) {
            best.close();
        }
    }
}
