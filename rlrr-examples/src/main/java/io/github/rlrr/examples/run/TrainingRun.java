package io.github.rlrr.examples.run;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.MetricsLog;
import io.github.rlrr.training.TrainingSettings;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** One training as commands do it: report, forecast, progress, metrics. */
public final class TrainingRun {

    private TrainingRun() {}

    /**
     * Trains, saying what is trained, how long it will take and how it goes.
     *
     * @param tuner the run
     * @param validationImages how many are evaluated after every epoch
     * @param cheaper choices to name when the run is long
     */
    public static FineTuneResult fit(
            FineTuner.Builder tuner,
            AdaptedBlock adapted,
            int validationImages,
            MetricsLog metrics,
            PrintWriter out,
            BooleanSupplier stop,
            List<String> cheaper) {
        FineTuneOptions options = tuner.options();
        out.println(adapted.parameterReport());
        out.printf(
                Locale.ROOT,
                "%d epochs, batch %d, learning rate %s, weight decay %s, seed %d%n",
                options.get(TrainingSettings.EPOCHS),
                options.get(TrainingSettings.BATCH_SIZE),
                options.get(TrainingSettings.LEARNING_RATE),
                options.get(TrainingSettings.WEIGHT_DECAY),
                options.get(TrainingSettings.SEED));
        out.flush();
        try (Progress progress = new Progress(out, options.get(TrainingSettings.EPOCHS))) {
            return tuner.stopWhen(stop)
                    .listener(
                            new Forecast(
                                    out,
                                    options.get(TrainingSettings.EPOCHS),
                                    validationImages,
                                    cheaper))
                    .listener(progress)
                    .listener(metrics)
                    .build()
                    .fit();
        }
    }
}
