package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.recipe.Experiment;
import io.github.rlrr.examples.recipe.Setting;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Names the results of methods on one checkpoint, prepared and trained alike. */
final class ExperimentSetup {

    private final Checkpoints.Local checkpoint;
    private final String sha256;
    private final Map<String, String> preprocessing = new TreeMap<>();
    private final Map<String, String> overrides = new TreeMap<>();

    /**
     * Reads the checkpoint's digest.
     *
     * @param base how the checkpoint is held
     * @param preprocessing of test images
     * @param overrides hyper-parameters set otherwise than the recipe has them
     */
    ExperimentSetup(
            Checkpoints.Local checkpoint,
            BaseOptions base,
            Preprocessing preprocessing,
            Map<Setting, Double> overrides)
            throws IOException {
        this.checkpoint = checkpoint;
        sha256 = Experiment.sha256(checkpoint.file());
        preprocessing
                .toMap()
                .forEach((key, value) -> this.preprocessing.put(key, String.valueOf(value)));
        overrides.forEach((key, value) -> this.overrides.put(key.toString(), Setting.text(value)));
        if (base.holdsHalfWeights()) {
            this.overrides.put("weights", "float16");
        }
    }

    /** A method's, by its configuration for seed 0. */
    Experiment of(String recipe, AdapterConfig adapter) {
        return new Experiment(
                recipe,
                adapter.method(),
                adapter.toString(),
                checkpoint.name(),
                sha256,
                preprocessing,
                overrides);
    }
}
