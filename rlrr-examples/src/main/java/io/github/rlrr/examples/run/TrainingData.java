package io.github.rlrr.examples.run;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.data.Examples;
import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.TrainingSettings;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.KeptFeatures;
import java.io.IOException;
import java.io.PrintWriter;
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
        Examples validation,
        @Nullable KeptFeatures kept)
        implements AutoCloseable {

    /** The share of the largest heap that kept features may take; others go into a file. */
    private static final int SHARE_OF_HEAP = 4;

    /**
     * Keeps what can be kept.
     *
     * @param network the base of {@code adapted}
     * @param adapted what is trained
     * @param options of the training
     * @param device where the network is
     * @param print takes what is said
     */
    public static TrainingData of(
            Backbone network,
            AdaptedBlock adapted,
            ImageDataset train,
            ImageDataset validation,
            FineTuneOptions options,
            Device device,
            PrintWriter print)
            throws IOException {
        boolean mixed =
                options.get(TrainingSettings.MIXUP) > 0 || options.get(TrainingSettings.CUTMIX) > 0;
        long budget = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
        KeptFeatures kept =
                mixed ? null : KeptFeatures.of(network, adapted, train, device, budget);
        if (kept == null) {
            return new TrainingData(adapted, train, validation, null);
        }
        int batch = options.get(TrainingSettings.BATCH_SIZE);
        print.println("the frozen part of the network is computed once for each image, and kept");
        print.flush();
        try {
            return new TrainingData(
                    kept.block(),
                    watched(train.size(), seen -> kept.training(train, batch, seen)),
                    watched(validation.size(), seen -> kept.evaluation(validation, batch, seen)),
                    kept);
        } catch (IOException | RuntimeException e) {
            kept.close();
            throw e;
        }
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
