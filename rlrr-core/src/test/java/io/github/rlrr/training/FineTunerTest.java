package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.rlrr.Blobs;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.task.Evaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTunerTest {

    private static final Blobs DATA = new Blobs(60, 3);

    private final NDManager manager = Fixtures.manager();
    private Fixtures.Mlp base;
    private AdaptedBlock adapted;

    @BeforeEach
    void adapt() {
        base = Fixtures.mlp(manager, 1);
        adapted = adapter();
    }

    private AdaptedBlock adapter() {
        return Rlrr.adapt(base, RlrrConfig.builder().scaleAndShift("all-norm").build());
    }

    @AfterEach
    void close() {
        adapted.close();
        manager.close();
    }

    private FineTuner.Builder builder() {
        return FineTuner.builder(adapted).dataset(DATA).epochs(3).batchSize(8).learningRate(0.02);
    }

    /** Counts steps, and does something on each. */
    private static FineTuneListener onStep(Runnable action) {
        return new FineTuneListener() {
            @Override
            public void onStep(StepProgress progress) {
                action.run();
            }
        };
    }

    @Test
    void aSeparableProblemIsLearnt() {
        FineTuneResult result = builder().validation(new Blobs(30, 3)).epochs(12).build().fit();
        EpochMetrics last = result.epochs().get(11);
        assertThat(last.train().value("accuracy")).isGreaterThan(0.95);
        assertThat(last.validation().value("accuracy")).isGreaterThan(0.95);
        assertThat(last.trainLoss()).isLessThan(0.5 * result.epochs().get(0).trainLoss());
    }

    @Test
    void theResultCountsEpochsAndSteps() {
        FineTuneResult result = builder().build().fit();
        assertThat(result.epochs()).extracting(EpochMetrics::epoch).containsExactly(1, 2, 3);
        assertThat(result.steps()).isEqualTo(24);
        assertThat(result.stopped()).isFalse();
    }

    @Test
    void listenersSeeEveryStepAndEpochWithItsNumber() {
        List<String> seen = new ArrayList<>();
        FineTuneListener listener =
                new FineTuneListener() {
                    @Override
                    public void onStep(StepProgress p) {
                        seen.add(p.step() + "/" + p.totalSteps() + " of " + p.examples());
                    }

                    @Override
                    public void onEpoch(EpochMetrics metrics) {
                        seen.add("epoch " + metrics.epoch());
                    }
                };
        builder().batchSize(40).epochs(2).listener(listener).build().fit();
        assertThat(seen)
                .containsExactly(
                        "1/4 of 40", "2/4 of 20", "epoch 1", "3/4 of 40", "4/4 of 20", "epoch 2");
    }

    /** The losses by the step they are said to be of. */
    private static FineTuneListener keeping(Map<Long, Float> losses) {
        return new FineTuneListener() {
            @Override
            public void onLosses(long firstStep, List<Float> read) {
                for (int i = 0; i < read.size(); i++) {
                    assertThat(losses.put(firstStep + i, read.get(i))).isNull();
                }
            }
        };
    }

    @Test
    void everyStepsLossIsReadOnceAndTheyMakeUpTheEpochs() {
        Map<Long, Float> losses = new TreeMap<>();
        // 8 steps an epoch, the last with 4 of 60 examples.
        FineTuneResult result = builder().epochs(2).listener(keeping(losses)).build().fit();
        assertThat(losses.keySet())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 16).boxed().toList());
        for (int epoch = 0; epoch < 2; epoch++) {
            double sum = 0;
            for (long step = 1; step <= 8; step++) {
                sum += losses.get(8L * epoch + step) * (step < 8 ? 8 : 4);
            }
            assertThat(result.epochs().get(epoch).trainLoss()).isCloseTo(sum / 60, within(1e-6));
        }
        assertThat(Set.copyOf(losses.values())).hasSize(16);
    }

    @Test
    void aStepsLossIsTheOneBeforeItsUpdate() {
        Map<Long, Float> losses = new TreeMap<>();
        double before = Evaluation.of(adapted, DATA, 60, Device.cpu()).loss();
        builder().batchSize(60).epochs(2).listener(keeping(losses)).build().fit();
        assertThat((double) losses.get(1L)).isCloseTo(before, within(1e-6));
        assertThat((double) losses.get(2L)).isLessThan(before - 1e-4);
    }

    @Test
    void aRunThatIsAskedToStopReadsTheLossesOfAllItsSteps() {
        Map<Long, Float> losses = new TreeMap<>();
        int[] steps = new int[1];
        builder()
                .listener(onStep(() -> steps[0]++))
                .listener(keeping(losses))
                .stopWhen(() -> steps[0] == 7)
                .build()
                .fit();
        assertThat(losses.keySet()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    private Map<String, List<Integer>> trained(long seed) {
        try (AdaptedBlock fresh = adapter()) {
            Blobs noisy = new Blobs(60, DATA.classNames(), 0.2);
            FineTuner.builder(fresh).dataset(noisy).epochs(2).batchSize(8).seed(seed).build().fit();
            return Fixtures.trainedBits(fresh);
        }
    }

    @Test
    void aRunRepeatsBitForBitWithTheSameSeed() {
        assertThat(trained(5)).isEqualTo(trained(5));
    }

    private Map<String, List<Integer>> trainedWithDropout() {
        SequentialBlock net =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(8).build())
                        .add(Dropout.builder().optRate(0.5f).build())
                        .add(Linear.builder().setUnits(3).build());
        Fixtures.initialized(net, manager, 1, new Shape(1, 4));
        RlrrConfig config = RlrrConfig.builder().scaleAndShift().fullyTrained("2").build();
        try (AdaptedBlock fresh = Rlrr.adapt(net, config)) {
            FineTuner.builder(fresh).dataset(DATA).epochs(1).batchSize(8).build().fit();
            return Fixtures.trainedBits(fresh);
        }
    }

    @Test
    void dropoutRepeatsToo() {
        assertThat(trainedWithDropout()).isEqualTo(trainedWithDropout());
    }

    @Test
    void anotherSeedGivesAnotherRun() {
        assertThat(trained(5)).isNotEqualTo(trained(6));
    }

    @Test
    void theBaseStaysBitIdentical() {
        Map<String, List<Integer>> before = Fixtures.bits(base);
        builder().validation(DATA).build().fit();
        assertThat(Fixtures.bits(base)).isEqualTo(before);
    }

    @Test
    void arraysAndManagersStayFlatOverFiveHundredSteps() {
        List<Fixtures.Alive> alive = new ArrayList<>();
        builder()
                .epochs(63)
                .validation(new Blobs(9, 3))
                .listener(onStep(() -> alive.add(Fixtures.alive())))
                .build()
                .fit();
        assertThat(alive).hasSize(504);
        // Step 1 makes what lives as long as the run.
        assertThat(alive.subList(1, 504)).containsOnly(alive.get(1));
    }

    @Test
    void aRunLeavesNothingAllocated() {
        Fixtures.Alive before = Fixtures.alive();
        builder().validation(DATA).build().fit();
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    @Test
    void aRunThatIsAskedToStopEndsAtThatStepWithItsAdapterWhole(@TempDir Path folder)
            throws Exception {
        int[] steps = new int[1];
        FineTuneResult result =
                builder()
                        .listener(onStep(() -> steps[0]++))
                        .stopWhen(() -> steps[0] == 11)
                        .build()
                        .fit();
        assertThat(result.steps()).isEqualTo(11);
        assertThat(result.stopped()).isTrue();
        assertThat(result.epochs()).hasSize(1);
        adapted.save(folder, new AdapterMetadata());
        try (AdaptedBlock loaded = Rlrr.load(base, folder)) {
            assertThat(Fixtures.trainedBits(loaded)).isEqualTo(Fixtures.trainedBits(adapted));
        }
    }

    @Test
    void gradientsThatSomeoneLeftDoNotCount() {
        try (AdaptedBlock clean = adapter()) {
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDList input = new NDList(manager.ones(new Shape(2, 4)));
                ParameterStore store = new ParameterStore(manager, false);
                collector.backward(adapted.forward(store, input, true).head().square().sum());
            }
            FineTuner.builder(clean).dataset(DATA).epochs(1).build().fit();
            FineTuner.builder(adapted).dataset(DATA).epochs(1).build().fit();
            assertThat(Fixtures.trainedBits(adapted)).isEqualTo(Fixtures.trainedBits(clean));
        }
    }
}
