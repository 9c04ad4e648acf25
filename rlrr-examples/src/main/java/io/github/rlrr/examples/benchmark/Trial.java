package io.github.rlrr.examples.benchmark;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.data.Examples;
import io.github.rlrr.examples.recipe.HyperParameters;
import io.github.rlrr.examples.recipe.Regime;
import io.github.rlrr.examples.run.TrainingData;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.MetricsLog;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.part.ResidualDropout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One training of one task: the one place where a recipe is turned into a run of the loop.
 *
 * @param base the frozen model; its head is replaced
 * @param adapter what is trained
 * @param regime how the recipe trains
 * @param settings the hyper-parameters
 * @param dropLast whether a last batch that is not full is left out
 * @param seed of order, augmentation and dropout
 * @param device where it computes
 * @param stop asked before every step
 */
record Trial(
        Backbone base,
        AdapterConfig adapter,
        Regime regime,
        HyperParameters settings,
        boolean dropLast,
        long seed,
        Device device,
        BooleanSupplier stop) {

    private static final int EVALUATION_BATCH = 64;
    private static final String STATE = "state";

    /**
     * What is trained on and what is measured.
     *
     * @param train the training images
     * @param watched measured after every epoch, where there is one
     * @param judged measured once at the end, where there is one
     */
    record Images(Examples train, @Nullable Examples watched, @Nullable Examples judged) {}

    /**
     * What it gave.
     *
     * @param epochs the metrics of every epoch
     * @param judged how the judged images came out; null without any
     * @param trainable the numbers that were trained, the head's among them
     */
    record Outcome(List<EpochMetrics> epochs, @Nullable Evaluation judged, long trainable) {}

    /**
     * Trains, from where an earlier run in this folder was stopped or killed.
     *
     * @param folder gets the metrics and the state, which stays until {@link #forget}
     * @param metadata goes into {@code folder/adapter}, which is saved where this is given
     * @param progress told how it goes
     * @return what it gave, or null when it was asked to stop
     */
    @Nullable Outcome run(
            Images images, Path folder, @Nullable AdapterMetadata metadata, TrialProgress progress)
            throws IOException {
        Backbone vit =
                base.withHead(images.train().answerNames().size())
                        .withDropout(ResidualDropout.ofElements(settings.dropout()));
        boolean mixed = regime.mixup() > 0 || regime.cutmix() > 0;
        try (AdaptedBlock adapted = Rlrr.adapt(vit, adapter);
                TrainingData seen =
                        TrainingData.of(
                                vit,
                                adapted,
                                images.train(),
                                images.watched(),
                                settings.batchSize(),
                                mixed,
                                device);
                MetricsLog metrics = MetricsLog.create(folder.resolve("metrics.jsonl"))) {
            FineTuner.Builder tuner =
                    FineTuner.builder(seen.block())
                            .dataset(seen.train())
                            .validation(seen.validation())
                            .epochs(settings.epochs())
                            .batchSize(settings.batchSize())
                            .dropLast(dropLast)
                            .learningRate(settings.learningRate())
                            .schedule(regime.schedule(settings.learningRate(), settings.epochs()))
                            .warmupEpochs(0) // the schedule has its own
                            .weightDecay(settings.weightDecay())
                            .mixup(regime.mixup())
                            .cutmix(regime.cutmix())
                            .cutmixShare(regime.cutmixShare())
                            .task(new SingleLabel(regime.labelSmoothing(), List.of()))
                            .emaDecay(regime.emaDecay())
                            .seed(seed)
                            .state(folder.resolve(STATE))
                            .stopWhen(stop)
                            .listener(progress)
                            .listener(metrics);
            FineTuneResult result = tuner.build().fit();
            if (result.stopped()) {
                return null;
            }
            if (metadata != null) {
                adapted.save(folder.resolve("adapter"), metadata);
            }
            Examples judged = images.judged();
            Evaluation evaluation =
                    judged == null
                            ? null
                            : Evaluation.of(adapted, judged, EVALUATION_BATCH, device);
            long trainable = adapted.parameterReport().trainable();
            return new Outcome(result.epochs(), evaluation, trainable);
        }
    }

    /** Drops what it takes to go on, once the result is on disk. */
    static void forget(Path folder) throws IOException {
        FineTuner.forget(folder.resolve(STATE));
    }
}
