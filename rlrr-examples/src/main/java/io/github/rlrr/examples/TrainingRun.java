package io.github.rlrr.examples;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterConfig;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.MetricsLog;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.data.ImageDataset;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

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

    /** A trained adapter, open, with its record. */
    record Trained(AdaptedBlock adapted, FineTuneResult result) {}

    /**
     * Adapts a model and trains it.
     *
     * @param cheaper what to suggest when the forecast is long
     * @return the adapter, which the caller closes
     */
    Trained train(
            VisionTransformer vit,
            AdapterConfig config,
            ImageDataset train,
            ImageDataset validation,
            MetricsLog metrics,
            PrintWriter out,
            BooleanSupplier stop,
            List<String> cheaper) {
        AdaptedBlock adapted = Rlrr.adapt(vit, config);
        out.println(adapted.parameterReport());
        out.printf(
                Locale.ROOT,
                "%d training and %d validation images, %d epochs, batch %d, learning rate %s%n",
                train.size(),
                validation.size(),
                epochs,
                batchSize,
                learningRate);
        out.flush();
        FineTuner.Builder tuner =
                FineTuner.builder(adapted)
                        .dataset(train)
                        .epochs(epochs)
                        .batchSize(batchSize)
                        .learningRate(learningRate)
                        .weightDecay(weightDecay)
                        .seed(seed)
                        .stopWhen(stop)
                        .listener(metrics)
                        .listener(new Forecast(out, epochs, validation.size(), cheaper));
        tuner.validation(validation);
        try (Progress progress = new Progress(out, epochs)) {
            FineTuneResult result = tuner.listener(progress).build().fit();
            return new Trained(adapted, result);
        } catch (RuntimeException e) {
            adapted.close();
            throw e;
        }
    }
}
