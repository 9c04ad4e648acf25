package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.Blobs;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.SingleLabel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each option of a run does to the run. */
class FineTuneOptionsTest {

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

    private static FineTuner.Builder builder(AdaptedBlock block) {
        return FineTuner.builder(block).dataset(DATA).epochs(3).batchSize(8).learningRate(0.02);
    }

    private static Map<String, double[]> values(AdaptedBlock block) {
        Map<String, double[]> values = new HashMap<>();
        Fixtures.trainedBits(block)
                .forEach(
                        (name, bits) ->
                                values.put(
                                        name,
                                        bits.stream()
                                                .mapToDouble(Float::intBitsToFloat)
                                                .toArray()));
        return values;
    }

    private static void assertClose(
            Map<String, double[]> actual, Map<String, double[]> expected, double tolerance) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach(
                (name, array) ->
                        assertThat(array).containsExactly(expected.get(name), within(tolerance)));
    }

    private static FineTuneListener onStep(Runnable action) {
        return new FineTuneListener() {
            @Override
            public void onStep(StepProgress progress) {
                action.run();
            }
        };
    }

    private static FineTuneListener onEpoch(Runnable action) {
        return new FineTuneListener() {
            @Override
            public void onEpoch(EpochMetrics metrics) {
                action.run();
            }
        };
    }

    private static SingleLabel weighted() {
        return new SingleLabel(0, List.of(1.0, 2.0, 3.0));
    }

    @Test
    void everyFaultOfTheOptionsStandsInOneMessage() {
        FineTuner.Builder builder =
                builder(adapted)
                        .steps(-1)
                        .accumulation(0)
                        .restarts(0, 1)
                        .clipNorm(-1)
                        .task(new SingleLabel(1, List.of(1.0, 0.0)))
                        .mixup(-1)
                        .cutmix(Double.POSITIVE_INFINITY)
                        .cutmixShare(2)
                        .emaDecay(1)
                        .selection(Selection.BEST)
                        .patience(-1);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "steps is -1, expected at least 1; accumulation is 0, expected at least 1;"
                                + " restart epochs is 0, expected at least 1; clip norm is -1.0,"
                                + " expected 0 or more; mixup is -1.0, expected 0 or more; cutmix"
                                + " is Infinity, expected 0 or more; the share of cutmix is 2.0,"
                                + " expected 0 to 1; EMA decay is 1.0, expected 0 or more and less"
                                + " than 1; patience is -1, expected 0 or more epochs; label"
                                + " smoothing is 1.0, expected 0 or more and less than 1; class"
                                + " weights are [1.0, 0.0], expected more than 0 for each;"
                                + " selection of the best epoch and patience need a"
                                + " validation set; 2 class weights for 3 classes; cutmix needs"
                                + " images, but an example has the shape (4)");
    }

    @Test
    void aWarmUpAsLongAsARunInStepsIsRefused() {
        // 60 examples in batches of 8 are 8 steps an epoch.
        assertThatThrownBy(() -> builder(adapted).steps(12).warmupEpochs(1.5).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("warm-up of 1.5 epochs is not shorter than the run of 1.5 epochs");
    }

    @Test
    void warmRestartsRefuseAWarmUp() {
        assertThatThrownBy(
                        () ->
                                builder(adapted)
                                        .schedule(ScheduleKind.RESTARTS)
                                        .warmupEpochs(1)
                                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("warm restarts have no warm-up");
    }

    @Test
    void theBuiltRunTellsItsOptions() {
        FineTuneOptions options = builder(adapted).clipNorm(2).seed(7).build().options();
        assertThat(options.get(TrainingSettings.CLIP_NORM)).isEqualTo(2);
        assertThat(options.get(TrainingSettings.SEED)).isEqualTo(7);
        assertThat(options.get(TrainingSettings.BATCH_SIZE)).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"5, 1, 5", "8, 1, 8", "13, 2, 5", "24, 3, 8"})
    void aRunInStepsEndsAtThatStep(long steps, int epochs, int stepsOfLast) {
        int[] seen = new int[1];
        FineTuneResult result =
                builder(adapted).steps(steps).listener(onStep(() -> seen[0]++)).build().fit();
        assertThat(result.steps()).isEqualTo(steps).isEqualTo(seen[0]);
        assertThat(result.epochs()).hasSize(epochs);
        assertThat(result.stopped()).isFalse();
        assertThat(8 * (epochs - 1) + stepsOfLast).isEqualTo((int) steps);
    }

    @Test
    void aWholeNumberOfEpochsInStepsIsTheSameRun() {
        try (AdaptedBlock other = adapter()) {
            builder(adapted).build().fit();
            builder(other).steps(24).build().fit();
            assertThat(Fixtures.trainedBits(other)).isEqualTo(Fixtures.trainedBits(adapted));
        }
    }

    // 60 examples: 16, 16, 16, 12 (4 + 4 + 4) and 24, 24, 12 (8 + 4); 25, 25, 10 (5 + 5).
    @ParameterizedTest
    @CsvSource({"4, 4, false", "8, 3, false", "5, 5, false", "8, 3, true"})
    void accumulatedBatchesEqualOneBigBatch(int size, int count, boolean weighted) {
        try (AdaptedBlock big = adapter()) {
            List<Float> small = new ArrayList<>();
            List<Float> large = new ArrayList<>();
            FineTuneResult result =
                    weighted(builder(adapted), weighted)
                            .batchSize(size)
                            .accumulation(count)
                            .listener(losses(small))
                            .build()
                            .fit();
            FineTuneResult expected =
                    weighted(builder(big), weighted)
                            .batchSize(size * count)
                            .listener(losses(large))
                            .build()
                            .fit();
            assertThat(result.steps()).isEqualTo(expected.steps());
            for (int i = 0; i < large.size(); i++) {
                assertThat(small.get(i)).isCloseTo(large.get(i), within(2e-5f));
            }
            // Rounding of the sums, over a dozen steps of 0.02.
            assertClose(values(adapted), values(big), 2e-4);
            assertThat(result.epochs().get(2).trainLoss())
                    .isCloseTo(expected.epochs().get(2).trainLoss(), within(2e-5));
        }
    }

    private static FineTuner.Builder weighted(FineTuner.Builder builder, boolean weighted) {
        return weighted ? builder.task(new SingleLabel(0.1, List.of(1.0, 5.0, 0.2))) : builder;
    }

    private static FineTuneListener losses(List<Float> into) {
        return new FineTuneListener() {
            @Override
            public void onLosses(long firstStep, List<Float> losses) {
                into.addAll(losses);
            }
        };
    }

    @Test
    void theAverageBeginsAtTheStartAndIsWhatIsKeptAndEvaluated() {
        double decay = 0.9;
        Map<String, double[]> average = values(adapted);
        List<Map<String, List<Integer>>> steps = new ArrayList<>();
        FineTuneListener follow =
                onStep(
                        () -> {
                            steps.add(Fixtures.trainedBits(adapted));
                            values(adapted)
                                    .forEach(
                                            (name, now) -> {
                                                double[] mean = average.get(name);
                                                for (int i = 0; i < now.length; i++) {
                                                    mean[i] =
                                                            decay * mean[i] + (1 - decay) * now[i];
                                                }
                                            });
                        });
        FineTuneResult result =
                builder(adapted).emaDecay(decay).validation(DATA).listener(follow).build().fit();
        assertClose(values(adapted), average, 1e-6);
        Evaluation after = Evaluation.of(adapted, DATA, 8, Device.cpu());
        assertThat(after.loss()).isEqualTo(result.epochs().get(2).validationLoss());
        assertThat(result.keptEpoch()).isEqualTo(3);
        // What is trained does not depend on it.
        try (AdaptedBlock plain = adapter()) {
            List<Map<String, List<Integer>>> without = new ArrayList<>();
            builder(plain)
                    .listener(onStep(() -> without.add(Fixtures.trainedBits(plain))))
                    .build()
                    .fit();
            assertThat(steps).isEqualTo(without);
        }
    }

    /** A rate that soon does harm, so that the best epoch is not the last. */
    private FineTuner.Builder worsening() {
        LearningRateSchedule schedule = epoch -> epoch < 2 ? 0.005 : 0.5;
        return builder(adapted)
                .epochs(8)
                .schedule(schedule)
                .validation(new Blobs(90, DATA.classNames(), 1.5));
    }

    private static int best(List<EpochMetrics> epochs) {
        EpochMetrics best = epochs.get(0);
        for (EpochMetrics epoch : epochs) {
            boolean higher =
                    epoch.validation().value("accuracy") > best.validation().value("accuracy");
            boolean equal =
                    epoch.validation().value("accuracy") == best.validation().value("accuracy");
            if (higher || (equal && epoch.validationLoss() < best.validationLoss())) {
                best = epoch;
            }
        }
        return best.epoch();
    }

    @Test
    void theBestEpochsValuesAreKept() {
        List<Map<String, List<Integer>>> after = new ArrayList<>();
        FineTuneResult result =
                worsening()
                        .selection(Selection.BEST)
                        .listener(onEpoch(() -> after.add(Fixtures.trainedBits(adapted))))
                        .build()
                        .fit();
        int best = best(result.epochs());
        assertThat(best).isLessThan(8);
        assertThat(result.keptEpoch()).isEqualTo(best);
        assertThat(Fixtures.trainedBits(adapted)).isEqualTo(after.get(best - 1));
        assertThat(after.get(7)).isNotEqualTo(after.get(best - 1));
    }

    @Test
    void theBestEpochsAverageIsKept() {
        FineTuneResult result = worsening().selection(Selection.BEST).emaDecay(0.5).build().fit();
        EpochMetrics best = result.epochs().get(result.keptEpoch() - 1);
        assertThat(best.epoch()).isEqualTo(best(result.epochs()));
        Evaluation kept =
                Evaluation.of(adapted, new Blobs(90, DATA.classNames(), 1.5), 8, Device.cpu());
        assertThat(kept.loss()).isEqualTo(best.validationLoss());
    }

    @Test
    void aRunEndsWhenPatienceRunsOut() {
        FineTuneResult result = worsening().epochs(40).patience(3).build().fit();
        int best = best(result.epochs());
        assertThat(result.epochs()).hasSize(best + 3).hasSizeLessThan(40);
        assertThat(result.stopped()).isFalse();
        assertThat(result.keptEpoch()).isEqualTo(best + 3);
    }

    @Test
    void aStoppedRunKeepsTheBestEpochThereWas() {
        int[] steps = new int[1];
        List<Map<String, List<Integer>>> after = new ArrayList<>();
        FineTuneResult result =
                builder(adapted)
                        .validation(DATA)
                        .selection(Selection.BEST)
                        .listener(onStep(() -> steps[0]++))
                        .listener(onEpoch(() -> after.add(Fixtures.trainedBits(adapted))))
                        .stopWhen(() -> steps[0] == 11)
                        .build()
                        .fit();
        assertThat(result.stopped()).isTrue();
        assertThat(result.keptEpoch()).isEqualTo(1);
        assertThat(Fixtures.trainedBits(adapted)).isEqualTo(after.get(0));
    }

    @Test
    void clippingSlowsNothingButLimitsTheGradients() {
        // AdamW hardly sees the size of gradients, but does see it change.
        try (AdaptedBlock loose = adapter();
                AdaptedBlock none = adapter()) {
            builder(none).build().fit();
            builder(loose).clipNorm(1e6).build().fit();
            builder(adapted).clipNorm(0.05).build().fit();
            assertThat(Fixtures.trainedBits(loose)).isEqualTo(Fixtures.trainedBits(none));
            assertThat(Fixtures.trainedBits(adapted)).isNotEqualTo(Fixtures.trainedBits(none));
        }
    }

    static Stream<Arguments> options() {
        return Stream.of(
                option("accumulation", b -> b.accumulation(3)),
                option("steps", b -> b.steps(50)),
                option("clipNorm", b -> b.clipNorm(0.1)),
                option("labelSmoothing", b -> b.task(new SingleLabel(0.1, List.of()))),
                option("classWeights", b -> b.task(weighted())),
                option("mixup", b -> b.mixup(0.8).task(weighted())),
                option("emaDecay", b -> b.emaDecay(0.9)),
                option("selection", b -> b.selection(Selection.BEST).emaDecay(0.9)),
                option("patience", b -> b.patience(30)),
                option("schedule", b -> b.schedule(ScheduleKind.LINEAR)));
    }

    private static Arguments option(
            String name, java.util.function.UnaryOperator<FineTuner.Builder> change) {
        return Arguments.of(name, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("options")
    void noOptionLeavesArraysBehind(
            String name, java.util.function.UnaryOperator<FineTuner.Builder> change) {
        Fixtures.Alive before = Fixtures.alive();
        List<Fixtures.Alive> alive = new ArrayList<>();
        change.apply(builder(adapted).epochs(7).validation(new Blobs(9, 3)))
                .listener(onStep(() -> alive.add(Fixtures.alive())))
                .build()
                .fit();
        assertThat(alive).as(name).hasSizeGreaterThan(10);
        assertThat(alive.subList(1, alive.size())).containsOnly(alive.get(1));
        assertThat(Fixtures.alive()).isEqualTo(before);
    }
}
