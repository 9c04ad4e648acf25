package io.github.rlrr.examples.run;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.data.Examples;
import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.KeptFeatures;
import java.io.IOException;
import java.util.function.IntConsumer;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * What a training sees: images, or what the frozen part of the network answers of them, computed
 * once.
 *
 * @param block what is trained
 * @param train the training examples
 * @param validation the examples that are looked at after every epoch
 * @param kept holds the answers; null where images are seen
 */
public record TrainingData(
        AdaptedBlock block,
        Examples train,
        @Nullable Examples validation,
        @Nullable KeptFeatures kept)
        implements AutoCloseable {

    /** The share of the largest heap that kept features may take; others go into a file. */
    private static final int SHARE_OF_HEAP = 4;

    /**
     * Keeps what can be kept.
     *
     * @param network the base of {@code adapted}
     * @param adapted what is trained
     * @param train the training images
     * @param validation those that are looked at after every epoch; null for none
     * @param batchSize that of a step
     * @param mixed whether images are mixed with one another, and so cannot be kept
     * @param device where the network is
     */
    public static TrainingData of(
            Backbone network,
            AdaptedBlock adapted,
            Examples train,
            @Nullable Examples validation,
            int batchSize,
            boolean mixed,
            Device device)
            throws IOException {
        if (mixed
                || !(train instanceof ImageDataset images)
                || (validation != null && !(validation instanceof ImageDataset))) {
            return new TrainingData(adapted, train, validation, null);
        }
        long budget = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
        KeptFeatures kept = KeptFeatures.of(network, adapted, images, device, budget);
        if (kept == null) {
            return new TrainingData(adapted, train, validation, null);
        }
        try {
            Examples training =
                    watched(images.size(), seen -> kept.training(images, batchSize, seen));
            Examples watched =
                    validation instanceof ImageDataset others
                            ? watched(
                                    others.size(), seen -> kept.evaluation(others, batchSize, seen))
                            : null;
            return new TrainingData(kept.block(), training, watched, kept);
        } catch (IOException | RuntimeException e) {
            kept.close();
            throw e;
        }
    }

    /**
     * What another training sees that adapts the same modules: nothing is computed again.
     *
     * @param other on the network that this is of
     * @return valid as long as this is, and not to be closed
     */
    public TrainingData on(AdaptedBlock other) {
        return new TrainingData(kept == null ? other : kept.block(other), train, validation, null);
    }

    /** Computes features, which tells how many are done. */
    private interface Work {
        Examples with(IntConsumer seen) throws IOException;
    }

    private static Examples watched(int images, Work work) throws IOException {
        if (!Terminal.isInteractive()) {
            return work.with(done -> {});
        }
        try (ProgressBar bar = Progress.bar("features", images)) {
            return work.with(bar::stepTo);
        }
    }

    @Override
    public void close() {
        if (kept != null) {
            kept.close();
        }
    }
}
