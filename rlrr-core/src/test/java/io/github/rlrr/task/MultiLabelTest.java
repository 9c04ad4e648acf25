package io.github.rlrr.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.data.Examples;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.MetricsLog;
import io.github.rlrr.training.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several labels an example: the loss, the figures and a run, against numbers of others. */
class MultiLabelTest {

    private static final JsonObject EXPECTED = Numbers.of("multi-label");
    private static final int B = EXPECTED.getAsJsonArray("logits").size();
    private static final float[] LOGITS = Numbers.floats(EXPECTED.getAsJsonArray("logits"));
    private static final double[] TARGETS = Numbers.doubles(EXPECTED.getAsJsonArray("targets"));
    private static final int C = LOGITS.length / B;

    @TempDir Path folder;

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private static MultiLabel task(boolean weighted) {
        List<Double> weights = new ArrayList<>();
        if (weighted) {
            EXPECTED.getAsJsonArray("weights").forEach(w -> weights.add(w.getAsDouble()));
        }
        return new MultiLabel(weights);
    }

    /** The loss and its gradient as the program has them; the loss comes last. */
    private double[] computed(MultiLabel task, boolean mixed, float lambda) {
        NDArray input = manager.create(LOGITS, new Shape(B, C));
        input.setRequiresGradient(true);
        double[] result = new double[B * C + 1];
        try (Objective objective = task.objective(manager, mixed);
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray targets = objective.targets(TARGETS, B, manager);
            NDArray loss = objective.loss(input, targets, lambda, manager);
            collector.backward(loss);
            result[B * C] = loss.getFloat();
        }
        float[] gradient = input.getGradient().toFloatArray();
        for (int i = 0; i < gradient.length; i++) {
            result[i] = gradient[i];
        }
        return result;
    }

    @ParameterizedTest
    @CsvSource({"plain, false", "weighted, true"})
    void lossAndGradientAreTorchs(String which, boolean weighted) {
        JsonObject torch = EXPECTED.getAsJsonObject(which);
        double[] gradient = Numbers.doubles(torch.getAsJsonArray("gradient"));
        double[] computed = computed(task(weighted), false, 1);
        assertThat(computed[B * C]).isCloseTo(torch.get("loss").getAsDouble(), within(1e-6));
        for (int i = 0; i < gradient.length; i++) {
            assertThat(computed[i]).isCloseTo(gradient[i], within(1e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false, 1", "true, false, 1", "false, true, 0.7", "true, true, 0.25"})
    void theLossIsTheMeanOverTheKnownLabelsOfTheFormula(
            boolean weighted, boolean mixed, float lambda) {
        double sum = 0;
        int known = 0;
        for (int i = 0; i < B; i++) {
            for (int c = 0; c < C; c++) {
                double own = TARGETS[i * C + c];
                double partners = TARGETS[(B - 1 - i) * C + c];
                double t = mixed ? lambda * own + (1 - lambda) * partners : own;
                double w = weighted ? task(true).positiveWeights().get(c) : 1;
                double p = 1 / (1 + Math.exp(-LOGITS[i * C + c]));
                if (!Double.isNaN(t)) {
                    sum -= w * t * Math.log(p) + (1 - t) * Math.log(1 - p);
                    known++;
                }
            }
        }
        assertThat(computed(task(weighted), mixed, lambda)[B * C])
                .isCloseTo(sum / known, within(1e-6));
    }

    @Test
    void aMissingLabelHasNoGradient() {
        double[] computed = computed(task(false), false, 1);
        for (int i = 0; i < TARGETS.length; i++) {
            assertThat(computed[i] == 0).isEqualTo(Double.isNaN(TARGETS[i]));
        }
    }

    @Test
    void whereNoLabelIsKnownTheLossIsZero() {
        try (Objective objective = task(false).objective(manager, false)) {
            NDArray targets = objective.targets(new double[] {Double.NaN, Double.NaN}, 1, manager);
            NDArray logits = manager.create(new float[] {1, -3}, new Shape(1, 2));
            assertThat(objective.loss(logits, targets, 1, manager).getFloat()).isZero();
        }
    }

    private static MultiLabelTally counted(MultiLabel task) {
        MultiLabelTally tally = new MultiLabelTally(task, List.of("a", "b", "c", "d", "none"));
        for (int i = 0; i < B; i++) {
            tally.add(
                    Arrays.copyOfRange(LOGITS, i * C, (i + 1) * C),
                    Arrays.copyOfRange(TARGETS, i * C, (i + 1) * C));
        }
        return tally;
    }

    @Test
    void theFiguresOfEachLabelAreThoseOfScikitLearn() {
        List<NamedFigures> each = counted(MultiLabel.USUAL).each();
        JsonArray labels = EXPECTED.getAsJsonArray("labels");
        assertThat(each).hasSize(C);
        for (int c = 0; c < labels.size(); c++) {
            JsonObject sklearn = labels.get(c).getAsJsonObject();
            for (String name :
                    List.of("support", "precision", "recall", "f1", "average_precision", "auroc")) {
                assertThat(each.get(c).figures().value(name))
                        .isCloseTo(sklearn.get(name).getAsDouble(), within(1e-6));
            }
        }
        Figures none = each.get(C - 1).figures();
        assertThat(none.value("support")).isZero();
        assertThat(none.value("precision")).isZero();
        assertThat(List.of("recall", "average_precision", "auroc"))
                .allSatisfy(name -> assertThat(none.value(name)).isNaN());
    }

    @Test
    void thresholdsChosenReachTheHighestF1OfScikitLearnsCurve() {
        List<Double> chosen = new ArrayList<>();
        for (int c = 0; c < C; c++) {
            chosen.add(counted(MultiLabel.USUAL).bestThreshold(c));
        }
        List<NamedFigures> each = counted(new MultiLabel(List.of(), chosen)).each();
        JsonArray labels = EXPECTED.getAsJsonArray("labels");
        for (int c = 0; c < labels.size(); c++) {
            assertThat(each.get(c).figures().value("f1"))
                    .isCloseTo(
                            labels.get(c).getAsJsonObject().get("best_f1").getAsDouble(),
                            within(1e-6));
        }
        assertThat(chosen.get(C - 1)).isEqualTo(0.5);
        assertThat(chosen.subList(0, C - 1)).anyMatch(threshold -> threshold != 0.5);
    }

    @Test
    void aThresholdStaysAHalfWhereNoneIsBetter() {
        MultiLabelTally tally = new MultiLabelTally(MultiLabel.USUAL, List.of("a"));
        tally.add(new float[] {2}, new double[] {1});
        tally.add(new float[] {-2}, new double[] {0});
        assertThat(tally.bestThreshold(0)).isEqualTo(0.5);
        tally.add(new float[] {-1}, new double[] {1});
        assertThat(tally.bestThreshold(0))
                .isCloseTo((1 / (1 + Math.exp(1)) + 1 / (1 + Math.exp(2))) / 2, within(1e-12));
    }

    @Test
    void aBalancedTaskWeighsByThoseThatHaveALabelNot() {
        double nan = Double.NaN;
        assertThat(
                        MultiLabel.balanced(
                                        List.of(
                                                new double[] {1, 0, nan},
                                                new double[] {0, 0, nan},
                                                new double[] {0, nan, nan},
                                                new double[] {0, 0, nan}))
                                .positiveWeights())
                .containsExactly(3.0, 1.0, 1.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mean_average_precision", "macro_f1", "micro_f1"})
    void figuresAreThoseOfScikitLearn(String name) {
        Tally tally = counted(MultiLabel.USUAL);
        assertThat(tally.figures().value(name))
                .isCloseTo(EXPECTED.get(name).getAsDouble(), within(1e-6));
        assertThat(tally.figures().value("loss"))
                .isCloseTo(
                        EXPECTED.getAsJsonObject("plain").get("loss").getAsDouble(), within(1e-6));
    }

    @Test
    void anAnswerGivesEveryLabelOfHalfOrMore() {
        double[] answer = MultiLabel.USUAL.answer(new float[] {0, -1, 2});
        assertThat(answer).containsExactly(new double[] {0.5, 0.268941, 0.880797}, within(1e-6));
        List<String> names = List.of("a", "b", "c");
        assertThat(MultiLabel.USUAL.cells(answer, names)).containsExactly("a|c");
        MultiLabel lower = new MultiLabel(List.of(), List.of(0.6, 0.2, 0.9));
        assertThat(lower.cells(answer, names)).containsExactly("b");
    }

    /** Four features; a label is there where its feature is large, and a fifth is not known. */
    private record Points(int size, int missing) implements Examples {

        @Override
        public Shape exampleShape() {
            return new Shape(4);
        }

        @Override
        public String task() {
            return MultiLabel.NAME;
        }

        @Override
        public List<String> answerNames() {
            return List.of("a", "b", "c");
        }

        @Override
        public int targetSize() {
            return 3;
        }

        private static double feature(int index, int which) {
            return new SplittableRandom(31L * index + which).nextGaussian();
        }

        @Override
        public double[] target(int index) {
            double[] target = new double[3];
            for (int c = 0; c < 3; c++) {
                target[c] =
                        (index + c) % missing == 0 ? Double.NaN : feature(index, c) > 0.3 ? 1 : 0;
            }
            return target;
        }

        @Override
        public void read(int index, SplittableRandom random, float[] target, int offset) {
            for (int i = 0; i < 4; i++) {
                target[offset + i] = (float) (feature(index, i) + 0.8 * random.nextGaussian());
            }
        }
    }

    private static final Points TRAIN = new Points(60, 5);
    private static final Points VALIDATION = new Points(30, 7);

    private AdaptedBlock adapted() {
        SequentialBlock net =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(6).build())
                        .add(Linear.builder().setUnits(3).build());
        Fixtures.initialized(net, manager, 1, new Shape(4, 4));
        return Rlrr.adapt(
                net, RlrrConfig.builder().scaleAndShift().targets("0").fullyTrained("1").build());
    }

    private static FineTuner.Builder builder(AdaptedBlock adapted, Path state) {
        return FineTuner.builder(adapted)
                .dataset(TRAIN)
                .validation(VALIDATION)
                .epochs(40)
                .batchSize(8)
                .accumulation(2)
                .learningRate(0.05)
                .selection(Selection.BEST)
                .patience(4)
                .state(state)
                .stateInterval(Duration.ZERO);
    }

    private static List<List<Double>> figures(FineTuneResult result) {
        return result.epochs().stream()
                .map(e -> new ArrayList<>(e.values().values()).subList(0, 6))
                .toList();
    }

    @Test
    void aRunStopsEarlyByTheMeanAveragePrecisionAndKeepsTheBestEpoch() throws IOException {
        Path log = folder.resolve("metrics.jsonl");
        try (AdaptedBlock adapted = adapted();
                MetricsLog metrics = MetricsLog.create(log)) {
            FineTuneResult result =
                    builder(adapted, folder.resolve("state")).listener(metrics).build().fit();
            List<EpochMetrics> epochs = result.epochs();
            EpochMetrics best = epochs.get(result.keptEpoch() - 1);
            double precision = best.validation().value("mean_average_precision");
            assertThat(epochs).hasSizeLessThan(40).hasSize(result.keptEpoch() + 4);
            assertThat(epochs)
                    .allSatisfy(
                            e ->
                                    assertThat(e.validation().value("mean_average_precision"))
                                            .isLessThanOrEqualTo(precision));
            assertThat(precision)
                    .isGreaterThan(0.75)
                    .isEqualTo(
                            Evaluation.of(adapted, VALIDATION, 7, Device.cpu())
                                    .value("mean_average_precision"));
            assertThat(Files.readAllLines(log)).hasSize(epochs.size());
            assertThat(Files.readAllLines(log).get(0))
                    .contains("\"train_loss\":")
                    .contains("\"validation_mean_average_precision\":")
                    .contains("\"validation_micro_f1\":")
                    .doesNotContain("accuracy");
        }
    }

    @Test
    void aRunThatDiesGoesOnToTheSameEnd() {
        FineTuneResult whole;
        Object values;
        try (AdaptedBlock adapted = adapted()) {
            whole = builder(adapted, folder.resolve("whole")).build().fit();
            values = Fixtures.trainedBits(adapted);
        }
        FineTuneListener dying =
                new FineTuneListener() {
                    @Override
                    public void onStep(StepProgress progress) {
                        if (progress.step() == 11) {
                            throw new IllegalStateException("killed");
                        }
                    }
                };
        Path state = folder.resolve("state");
        try (AdaptedBlock adapted = adapted()) {
            FineTuner tuner = builder(adapted, state).listener(dying).build();
            assertThatThrownBy(tuner::fit).hasMessage("killed");
        }
        try (AdaptedBlock adapted = adapted()) {
            FineTuneResult result = builder(adapted, state).build().fit();
            assertThat(figures(result)).isEqualTo(figures(whole));
            assertThat(Fixtures.trainedBits(adapted)).isEqualTo(values);
        }
    }

    @Test
    void anAdapterSaysThatItAnswersWithSeveralLabelsAndFromWhere() throws IOException {
        MultiLabel chosen = new MultiLabel(List.of(), List.of(0.5, 0.25, 0.75));
        try (AdaptedBlock adapted = adapted()) {
            AdapterMetadata names = new AdapterMetadata("", List.of("a", "b", "c"), Map.of());
            adapted.save(folder, names.withTask(chosen));
        }
        AdapterMetadata said = AdapterFolder.describe(folder).metadata();
        assertThat(said.task()).isEqualTo("multi-label");
        assertThat(Tasks.kept(said.task(), said.kept(), 3)).isEqualTo(chosen);
        assertThatThrownBy(() -> Tasks.kept(said.task(), said.kept(), 2))
                .hasMessage(
                        "the task's thresholds are [0.5, 0.25, 0.75], expected 2 numbers of 0.0 to"
                                + " 1.0");
        assertThat(said.asked()).isEqualTo(chosen);
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnyWork() {
        try (AdaptedBlock adapted = adapted()) {
            FineTuner.Builder builder =
                    FineTuner.builder(adapted)
                            .dataset(new Points(9, 1))
                            .task(new MultiLabel(List.of(1.0, -1.0)));
            assertThatThrownBy(builder::build)
                    .hasMessage(
                            "positive weights are [1.0, -1.0], expected more than 0 for each; 2"
                                    + " positive weights for 3 labels; not one label of the"
                                    + " training set is known");
            assertThatThrownBy(
                            () ->
                                    FineTuner.builder(adapted)
                                            .dataset(TRAIN)
                                            .task(SingleLabel.USUAL)
                                            .build())
                    .hasMessageContaining(
                            "the data is of the task multi-label, expected single-label");
        }
    }
}
