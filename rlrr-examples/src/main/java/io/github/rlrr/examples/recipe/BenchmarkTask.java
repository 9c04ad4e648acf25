package io.github.rlrr.examples.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One task of a benchmark as it was published: its size, its hyper-parameters and its results.
 *
 * @param name the task's folder
 * @param group natural, specialized or structured; empty where the benchmark has no groups
 * @param classes the number of classes
 * @param trainImages the images of the training list
 * @param validationImages the images of the validation list
 * @param testImages the images of the test list
 * @param settings the published hyper-parameters
 * @param regime how all else of the training goes
 * @param flip whether half of the training images are mirrored left to right
 * @param dropLast whether the last batch of an epoch is left out when it is not full
 * @param published test accuracies in percent by backbone, such as {@code ViT-B/16}
 */
public record BenchmarkTask(
        String name,
        String group,
        int classes,
        int trainImages,
        int validationImages,
        int testImages,
        HyperParameters settings,
        Regime regime,
        boolean flip,
        boolean dropLast,
        Map<String, Double> published) {

    public BenchmarkTask {
        published = Collections.unmodifiableMap(new LinkedHashMap<>(published));
    }
}
