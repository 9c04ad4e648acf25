package io.github.rlrr.examples.run;

import io.github.rlrr.examples.machine.ResidentMemory;
import io.github.rlrr.examples.option.TrainingOptions;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Says after a few measured steps how long a run will take, how much memory, and what is cheaper.
 */
public final class Forecast implements FineTuneListener {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final PrintWriter out;
    private final int epochs;
    private final int validationExamples;
    private final List<String> cheaper;
    private final StepTime time = new StepTime();
    private boolean said;

    /**
     * Prepares a forecast.
     *
     * @param validationExamples examples evaluated after every epoch
     * @param cheaper choices to name when the run is long
     */
    Forecast(PrintWriter out, int epochs, int validationExamples, List<String> cheaper) {
        this.out = out;
        this.epochs = epochs;
        this.validationExamples = validationExamples;
        this.cheaper = List.copyOf(cheaper);
    }

    @Override
    public void onContinue(long step, List<EpochMetrics> before) {
        time.onContinue(step, before);
    }

    @Override
    public void onStep(StepProgress progress) {
        time.onStep(progress);
        if (!said && !Double.isNaN(time.seconds())) {
            said = true;
            print(progress, time.seconds());
        }
    }

    private void print(StepProgress progress, double stepSeconds) {
        // Backward costs about twice what forward does.
        double evaluation = stepSeconds / 3 * validationExamples / progress.examples();
        long steps = progress.totalSteps() - time.stepsBefore();
        double seconds = stepSeconds * steps + evaluation * epochs;
        OptionalLong memory = ResidentMemory.peak();
        out.printf(
                Locale.ROOT,
                "forecast: %d steps of %.2f s, %s with evaluation; peak memory so far %s%n",
                steps,
                stepSeconds,
                duration(seconds),
                memory.isPresent()
                        ? String.format(
                                Locale.ROOT, "%.1f GiB", memory.getAsLong() / (double) (1L << 30))
                        : "not known on this platform");
        if (seconds > LONG.toSeconds()) {
            cheaper.forEach(choice -> out.println("  cheaper: " + choice));
        }
        out.flush();
    }

    public static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return "about " + Math.max(1, whole) + " s";
        }
        if (whole < 3600) {
            return String.format(Locale.ROOT, "about %d min %02d s", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "about %d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    /**
     * Ways to spend less.
     *
     * @param probe whether the run is a linear probe
     * @param epochs how long it is
     */
    public static List<String> cheaper(boolean probe, int epochs) {
        List<String> choices = new ArrayList<>();
        if (!probe) {
            choices.add(
                    "--method linear-probe first: no backward through the model, about a third of"
                            + " the time");
        }
        if (epochs > TrainingOptions.FEWEST_EPOCHS) {
            choices.add(
                    "--epochs "
                            + TrainingOptions.FEWEST_EPOCHS
                            + ": "
                            + Math.round(100.0 * TrainingOptions.FEWEST_EPOCHS / epochs)
                            + " % of the time");
        }
        choices.add(
                "a checkpoint of a smaller preset: ViT-S/16 takes about a quarter of B/16's time");
        choices.add("a CUDA GPU: --device gpu:0, see docs/platforms.md");
        return choices;
    }
}
