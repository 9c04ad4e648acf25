package io.github.rlrr.examples.command;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.examples.machine.Versions;
import io.github.rlrr.examples.option.ConfigFile;
import io.github.rlrr.examples.option.DataOptions;
import io.github.rlrr.examples.report.Curves;
import io.github.rlrr.examples.report.HtmlReport;
import io.github.rlrr.examples.report.RunReport;
import io.github.rlrr.examples.report.StepCurve;
import io.github.rlrr.examples.run.Examination;
import io.github.rlrr.examples.run.RunFolder;
import io.github.rlrr.examples.run.Threshold;
import io.github.rlrr.examples.run.TrainingRun;
import io.github.rlrr.examples.search.SearchResult;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.Figure;
import io.github.rlrr.task.Figures;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.MetricsLog;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.image.Augmentation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A training of {@code rlrr finetune}, from its first step to the last of its files.
 *
 * @param files what it leaves
 * @param adapted what is trained
 * @param metadata what is saved with it
 * @param validation the images that are looked at after every epoch
 * @param test those of the end, not read yet
 * @param images reads them
 * @param effective every option that has a value
 * @param searched how its settings were chosen; null where they were given
 * @param rejectAccuracy what a threshold is chosen for; null for none
 * @param device where to compute
 * @param print takes what is said
 */
record FinetuneRun(
        RunFolder files,
        AdaptedBlock adapted,
        AdapterMetadata metadata,
        ImageDataset validation,
        ImageListing test,
        DataOptions images,
        Map<String, Object> effective,
        @Nullable SearchResult searched,
        @Nullable Double rejectAccuracy,
        Device device,
        PrintWriter print) {

    private static final int EVALUATION_BATCH = 64;

    /**
     * Trains, tests and writes everything.
     *
     * @param tuner the training
     * @param steps listens to it
     * @param stop asked before every step
     * @param cheaper choices to name when it is long
     */
    void run(FineTuner.Builder tuner, StepCurve steps, BooleanSupplier stop, List<String> cheaper)
            throws IOException {
        tuner.listener(steps).listener(files).build();
        files.requireSpace(adapted, tuner.options());
        files.begin(effective, print);
        try (MetricsLog metrics = MetricsLog.create(files.metrics())) {
            FineTuneResult result =
                    TrainingRun.fit(
                            tuner, adapted, validation.size(), metrics, print, stop, cheaper);
            files.requireThere();
            ConfigFile.write(files.config(), effective);
            if (searched != null) {
                AtomicFile.write(files.search(), AtomicFile.text(searched.json()));
            }
            double threshold =
                    result.stopped() || rejectAccuracy == null
                            ? 0
                            : Threshold.choose(adapted, validation, rejectAccuracy, device, print);
            Task task = result.stopped() ? files.task() : chosen();
            Examination examination = result.stopped() ? null : examine(task, metrics);
            adapted.save(files.adapter(), metadata.withRejectBelow(threshold).withTask(task));
            if (!result.epochs().isEmpty()) {
                Curves.write(Map.of(adapted.config().method(), result.epochs()), files.curves());
            }
            writePage(result, steps, examination, "");
            if (!result.stopped()) {
                // The adapter is the result; what it takes to go on is not needed any more.
                files.end();
            }
            files.requireThere();
            files.say(result, print);
        } catch (UncheckedIOException e) {
            files.requireThere();
            throw e;
        } catch (ArithmeticException e) {
            String failure = files.diverged(e);
            FineTuneResult none = new FineTuneResult(files.epochs(), files.steps(), true, 0);
            writePage(none, steps, null, failure);
            throw new ArithmeticException(failure + "; see " + files.report());
        }
    }

    private void writePage(
            FineTuneResult result,
            StepCurve steps,
            @Nullable Examination examination,
            String failure)
            throws IOException {
        Map<String, String> settings = new TreeMap<>();
        metadata.preprocessing()
                .forEach((name, value) -> settings.put(name, String.valueOf(value)));
        effective.forEach((name, value) -> settings.put(name, String.valueOf(value)));
        HtmlReport.write(
                new RunReport(
                        String.valueOf(effective.get("data")),
                        files.task(),
                        adapted.config().method(),
                        adapted.parameterReport(),
                        result,
                        steps.points(),
                        searched,
                        examination,
                        settings,
                        Versions.all(),
                        failure),
                files.report());
    }

    /** The task with what it chooses by the validation images, where it does. */
    private Task chosen() {
        return files.task().name().equals(Tasks.USUAL)
                ? files.task()
                : files.task()
                        .chosenOn(
                                validation,
                                Evaluation.outputs(adapted, validation, EVALUATION_BATCH, device));
    }

    /** Tests; without test images, looks at the validation images again, for the page alone. */
    private Examination examine(Task task, MetricsLog metrics) throws IOException {
        boolean tests = test.size() > 0;
        ImageDataset seen =
                tests
                        ? images.load("test", test, validation.preprocessing(), Augmentation.NONE)
                        : validation;
        String set = tests ? "test" : "validation";
        Examination examination =
                Examination.of(task, adapted, seen, set, EVALUATION_BATCH, device);
        if (tests) {
            Evaluation result = examination.evaluation();
            metrics.evaluation(set, result);
            print.printf("test %s on %s images%n", headline(task, result), result.examples());
        }
        return examination;
    }

    /** The figure that decides, or where that is the loss all others. */
    private static String headline(Task task, Evaluation result) {
        Figure decides = result.figures().get(task.deciding().get(0));
        if (!decides.name().equals(Figure.LOSS)) {
            return decides.words() + " " + decides.text("%.2f");
        }
        return new Figures(
                        result.figures().all().stream()
                                .filter(figure -> !figure.name().equals(Figure.LOSS))
                                .toList())
                .text("%.2f");
    }
}
