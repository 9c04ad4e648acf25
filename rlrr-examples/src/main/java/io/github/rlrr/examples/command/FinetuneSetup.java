package io.github.rlrr.examples.command;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.data.Batching;
import io.github.rlrr.data.Mixing;
import io.github.rlrr.examples.machine.MemoryForecast;
import io.github.rlrr.examples.option.MemoryOption;
import io.github.rlrr.examples.option.MethodOptions;
import io.github.rlrr.examples.run.TrainingData;
import io.github.rlrr.examples.search.Arm;
import io.github.rlrr.examples.search.HalvingPlan;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.TrainingSettings;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.ImageDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All of a training of {@code rlrr finetune} but the settings that a search may choose: the one
 * place where a run is made, so that a trial of a search is the run with its settings.
 */
final class FinetuneSetup implements AutoCloseable {

    /**
     * What all runs have in common.
     *
     * @param vit the frozen network, with its head
     * @param train the training images
     * @param validation those that are looked at after every epoch
     * @param options of the run, where nothing is chosen
     * @param facts what else tells a run apart
     * @param stateInterval the least time between two states
     * @param device where to compute
     * @param print takes what is said
     */
    record Common(
            Backbone vit,
            ImageDataset train,
            ImageDataset validation,
            FineTuneOptions options,
            Map<String, String> facts,
            Duration stateInterval,
            Device device,
            PrintWriter print) {}

    /**
     * A run that can be trained.
     *
     * @param adapted what is trained
     * @param data what it sees
     * @param tuner trains it
     */
    record Run(AdaptedBlock adapted, TrainingData data, FineTuner.Builder tuner)
            implements AutoCloseable {

        @Override
        public void close() {
            adapted.close();
        }
    }

    private final Common common;
    private final MethodOptions method;
    private final MemoryOption memory;
    private @Nullable TrainingData kept;

    FinetuneSetup(Common common, MethodOptions method, MemoryOption memory) {
        this.common = common;
        this.method = method;
        this.memory = memory;
    }

    Common common() {
        return common;
    }

    /** The steps of a whole run. */
    long steps() {
        return epochSteps() * common.options().get(TrainingSettings.EPOCHS);
    }

    /** The steps of an epoch. */
    long epochSteps() {
        FineTuneOptions options = common.options();
        return new Batching(
                        options.get(TrainingSettings.BATCH_SIZE),
                        options.get(TrainingSettings.ACCUMULATION),
                        options.get(TrainingSettings.DROP_LAST),
                        Mixing.NONE,
                        0)
                .steps(common.train().size());
    }

    /** What a run costs in its own steps, evaluation taken for a third of a step by the image. */
    HalvingPlan.Costs counted() {
        double step =
                (double) common.options().get(TrainingSettings.BATCH_SIZE)
                        * common.options().get(TrainingSettings.ACCUMULATION);
        return new HalvingPlan.Costs(0, 1, common.validation().size() / step / 3, epochSteps());
    }

    /**
     * Makes a run, from its start or from where its state is.
     *
     * @param chosen its settings, where they are not those of the options
     * @param state the folder of its states
     */
    Run open(Arm chosen, Path state) throws IOException {
        FineTuneOptions options = chosen.options(common.options());
        AdapterConfig config =
                method.config(
                        options.get(TrainingSettings.SEED), chosen.methodSettings(), common.vit());
        AdaptedBlock adapted = Rlrr.adapt(common.vit(), config);
        try {
            TrainingData data = data(adapted, options);
            FineTuner.Builder tuner =
                    FineTuner.builder(data.block())
                            .dataset(data.train())
                            .validation(data.validation())
                            .options(options)
                            .state(state, common.facts())
                            .stateInterval(common.stateInterval());
            return new Run(adapted, data, tuner);
        } catch (IOException | RuntimeException e) {
            adapted.close();
            throw e;
        }
    }

    /** What the frozen part answers is computed for the first run and serves them all. */
    private TrainingData data(AdaptedBlock adapted, FineTuneOptions options) throws IOException {
        if (kept != null) {
            return kept.on(adapted);
        }
        int batch = Math.min(options.get(TrainingSettings.BATCH_SIZE), common.train().size());
        memory.check(
                common.vit().config(),
                new MemoryForecast.Step(
                        batch,
                        adapted.parameterReport().trainable(),
                        method.isLinearProbe(),
                        options.get(TrainingSettings.RECOMPUTE)),
                common.device(),
                common.print());
        kept =
                TrainingData.of(
                        common.vit(),
                        adapted,
                        common.train(),
                        common.validation(),
                        options.get(TrainingSettings.BATCH_SIZE),
                        options.get(TrainingSettings.MIXUP) > 0
                                || options.get(TrainingSettings.CUTMIX) > 0,
                        common.device());
        if (kept.kept() != null) {
            common.print().println("the frozen part of the network has run once on each of them");
        }
        return kept;
    }

    @Override
    public void close() {
        if (kept != null) {
            kept.close();
        }
    }
}
