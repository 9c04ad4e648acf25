package io.github.rlrr.examples.report;

import io.github.rlrr.adapter.ParameterReport;
import io.github.rlrr.examples.run.Examination;
import io.github.rlrr.examples.search.SearchResult;
import io.github.rlrr.task.Task;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneResult;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that the page on a run tells.
 *
 * @param data what it was trained on
 * @param task what it was asked
 * @param method how, such as {@code rlrr}
 * @param parameters what was trained
 * @param result epochs, steps and how it ended
 * @param steps loss and learning rate over the steps; may be empty
 * @param searched how the settings were chosen; null where they were given
 * @param examination the figures of the test images, else of the validation images; null where
 *     there are none, as after a stop
 * @param configuration every setting by its name, in the order they are shown
 * @param versions of all that takes part, in the order they are shown
 * @param failure why there is no adapter; empty where there is one
 */
public record RunReport(
        String data,
        Task task,
        String method,
        ParameterReport parameters,
        FineTuneResult result,
        List<StepCurve.Point> steps,
        @Nullable SearchResult searched,
        @Nullable Examination examination,
        Map<String, String> configuration,
        Map<String, String> versions,
        String failure) {

    public RunReport {
        steps = List.copyOf(steps);
        configuration = Collections.unmodifiableMap(new LinkedHashMap<>(configuration));
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }

    List<EpochMetrics> epochs() {
        return result.epochs();
    }

    /** Seconds of training, evaluation left out. */
    double seconds() {
        return epochs().stream().mapToDouble(EpochMetrics::seconds).sum();
    }
}
