package io.github.rlrr.examples;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.MetricsLog;
import io.github.rlrr.vit.data.ImageDataset;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One training as commands do it: report, forecast, progress, metrics.
 *
 * @param epochs passes over the training set
 * @param batchSize examples a step
 * @param learningRate the peak of warm-up and cosine
 * @param weightDecay AdamW's decay
 * @param seed of order and augmentation
 */
record TrainingRun(int epochs, int batchSize, double learningRate, double weightDecay, long seed) {

    /**
     * Configures the loop and checks it, before anything is written.
     *
     * @param more configures what this record does not hold
     */
    FineTuner.Builder tuner(
            AdaptedBlock adapted,
            ImageDataset train,
            ImageDataset validation,
            Consumer<FineTuner.Builder> more) {
        FineTuner.Builder tuner =
                FineTuner.builder(adapted)
                        .dataset(train)
                        .validation(validation)
                        .epochs(epochs)
                        .batchSize(batchSize)
                        .learningRate(learningRate)
                        .weightDecay(weightDecay)
                        .seed(seed);
        more.accept(tuner);
        tuner.build();
        return tuner;
    }

    /** Trains, saying what is trained, how long it will take and how it goes. */
    FineTuneResult fit(
            FineTuner.Builder tuner,
            AdaptedBlock adapted,
            int validationImages,
            MetricsLog metrics,
            PrintWriter out,
            BooleanSupplier stop,
            List<String> cheaper) {
        out.println(adapted.parameterReport());
        out.printf(
                Locale.ROOT,
                "%d epochs, batch %d, learning rate %s, weight decay %s, seed %d%n",
                epochs,
                batchSize,
                learningRate,
                weightDecay,
                seed);
        out.flush();
        try (Progress progress = new Progress(out, epochs)) {
            return tuner.stopWhen(stop)
                    .listener(new Forecast(out, epochs, validationImages, cheaper))
                    .listener(progress)
                    .listener(metrics)
                    .build()
                    .fit();
        }
    }
}
