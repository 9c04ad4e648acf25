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
import io.github.rlrr.training.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers: the losses, the figures and a run, against those of PyTorch, scikit-learn and SciPy. */
class RegressionTest {

    private static final JsonObject EXPECTED = Numbers.of("regression");
    private static final float[] OUTPUTS = Numbers.floats(EXPECTED.getAsJsonArray("outputs"));
    private static final double[] TARGETS = Numbers.doubles(EXPECTED.getAsJsonArray("targets"));
    private static final int B = EXPECTED.getAsJsonArray("outputs").size();
    private static final int C = OUTPUTS.length / B;
    private static final double DELTA = 0.75;

    @TempDir Path folder;

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** Targets by themselves. */
    private record Rows(List<String> answerNames, double[]... rows) implements Examples {

        @Override
        public int size() {
            return rows.length;
        }

        @Override
        public Shape exampleShape() {
            return new Shape(4);
        }

        @Override
        public String task() {
            return Regression.NAME;
        }

        @Override
        public int targetSize() {
            return answerNames.size();
        }

        @Override
        public double[] target(int index) {
            return rows[index].clone();
        }

        @Override
        public void read(int index, SplittableRandom random, float[] target, int offset) {
            Arrays.fill(target, offset, offset + 4, (index - 7.5f) / 4);
        }
    }

    private static Rows rows() {
        double[][] rows = new double[B][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(TARGETS, i * C, (i + 1) * C));
        return new Rows(List.of("angle", "price"), rows);
    }

    @Test
    void meansAndDeviationsAreThoseOfTheStandardScaler() {
        Regression task = Regression.of(rows());
        double[] means = Numbers.doubles(EXPECTED.getAsJsonArray("means"));
        double[] deviations = Numbers.doubles(EXPECTED.getAsJsonArray("deviations"));
        for (int c = 0; c < C; c++) {
            assertThat(task.means().get(c)).isCloseTo(means[c], within(1e-9));
            assertThat(task.deviations().get(c)).isCloseTo(deviations[c], within(1e-9));
        }
    }

    @ParameterizedTest
    @EnumSource(Regression.Loss.class)
    void lossAndGradientAreTorchs(Regression.Loss loss) {
        JsonObject torch = EXPECTED.getAsJsonObject(loss.name().toLowerCase(Locale.ROOT));
        double[] expected = Numbers.doubles(torch.getAsJsonArray("gradient"));
        NDArray input = manager.create(OUTPUTS, new Shape(B, C));
        input.setRequiresGradient(true);
        Regression task = Regression.of(List.of(rows().rows()), loss, DELTA);
        try (Objective objective = task.objective(manager, false);
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray targets = objective.targets(TARGETS, B, manager);
            NDArray value = objective.loss(input, targets, 1, manager);
            collector.backward(value);
            assertThat(value.getFloat()).isCloseTo(torch.get("loss").getAsFloat(), within(1e-6f));
        }
        float[] gradient = input.getGradient().toFloatArray();
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) gradient[i]).isCloseTo(expected[i], within(1e-6));
        }
        assertThat(counted(task).figures().value("loss"))
                .isCloseTo(torch.get("loss").getAsDouble(), within(1e-6));
    }

    @Test
    void aMixedLossIsThatOfMixedTargets() {
        float lambda = 0.3f;
        Regression task = Regression.of(rows());
        double sum = 0;
        int known = 0;
        for (int i = 0; i < B * C; i++) {
            int partner = (B - 1 - i / C) * C + i % C;
            double t = lambda * TARGETS[i] + (1 - lambda) * TARGETS[partner];
            if (!Double.isNaN(t)) {
                double y = (t - task.means().get(i % C)) / task.deviations().get(i % C);
                sum += (OUTPUTS[i] - y) * (OUTPUTS[i] - y);
                known++;
            }
        }
        try (Objective objective = task.objective(manager, true)) {
            NDArray targets = objective.targets(TARGETS, B, manager);
            NDArray outputs = manager.create(OUTPUTS, new Shape(B, C));
            assertThat((double) objective.loss(outputs, targets, lambda, manager).getFloat())
                    .isCloseTo(sum / known, within(1e-5));
        }
    }

    private static Tally counted(Regression task) {
        Tally tally = task.tally(rows());
        for (int i = 0; i < B; i++) {
            tally.add(Arrays.copyOfRange(OUTPUTS, i * C, (i + 1) * C), rows().target(i));
        }
        return tally;
    }

    @Test
    void figuresAreThoseOfScikitLearnAndSciPy() {
        Tally tally = counted(Regression.of(rows()));
        JsonArray quantities = EXPECTED.getAsJsonArray("quantities");
        assertThat(tally.each()).extracting(NamedFigures::name).containsExactly("angle", "price");
        for (String name :
                List.of("mean_absolute_error", "root_mean_squared_error", "r2", "spearman")) {
            double sum = 0;
            for (int c = 0; c < C; c++) {
                double expected = quantities.get(c).getAsJsonObject().get(name).getAsDouble();
                assertThat(tally.each().get(c).figures().value(name))
                        .isCloseTo(expected, within(1e-6));
                sum += expected;
            }
            assertThat(tally.figures().value(name)).isCloseTo(sum / C, within(1e-6));
        }
    }

    @Test
    void whereAllTrueValuesAreTheSameThereIsNoR2() {
        Regression task = new Regression(Regression.Loss.SQUARED, 1, List.of(0.0), List.of(1.0));
        Tally tally = task.tally(new Rows(List.of("a"), new double[] {3}));
        tally.add(new float[] {2}, new double[] {3});
        tally.add(new float[] {5}, new double[] {3});
        assertThat(tally.figures().value("r2")).isNaN();
        assertThat(tally.figures().value("spearman")).isNaN();
        assertThat(tally.figures().value("mean_absolute_error")).isEqualTo(1.5);
    }

    @Test
    void anAnswerIsInTheQuantitysUnit() {
        Regression task =
                new Regression(Regression.Loss.SQUARED, 1, List.of(10.0, -1.0), List.of(4.0, 0.5));
        double[] answer = task.answer(new float[] {0.5f, -2});
        assertThat(answer).containsExactly(12, -2);
        assertThat(task.columns(List.of("a", "b"))).containsExactly("a", "b");
        assertThat(task.cells(answer, List.of("a", "b"))).containsExactly(12.0, -2.0);
        assertThat(task.given(answer)).isEmpty();
    }

    /** Quantities that are linear in four features, in units far apart; some are not known. */
    private static Rows points(int size, long seed) {
        double[][] rows = new double[size][];
        for (int i = 0; i < size; i++) {
            SplittableRandom random = new SplittableRandom(seed * size + i);
            double x = i % 16;
            double price = random.nextInt(5) == 0 ? Double.NaN : 0.01 * x;
            rows[i] = new double[] {500 + 20 * x + random.nextGaussian(), price};
        }
        return new Rows(List.of("angle", "price"), rows);
    }

    private AdaptedBlock adapted() {
        SequentialBlock net =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(6).build())
                        .add(Linear.builder().setUnits(2).build());
        Fixtures.initialized(net, manager, 1, new Shape(4, 4));
        return Rlrr.adapt(
                net, RlrrConfig.builder().scaleAndShift().targets("0").fullyTrained("1").build());
    }

    private static FineTuner.Builder builder(AdaptedBlock adapted, Path state) {
        return FineTuner.builder(adapted)
                .dataset(points(16, 1))
                .validation(points(16, 2))
                .epochs(60)
                .batchSize(8)
                .learningRate(0.02)
                .selection(Selection.BEST)
                .state(state)
                .stateInterval(Duration.ZERO);
    }

    @Test
    void aRunLearnsQuantitiesOfUnitsFarApartAndKeepsTheBestEpoch() throws IOException {
        try (AdaptedBlock adapted = adapted()) {
            FineTuneResult result = builder(adapted, folder.resolve("state")).build().fit();
            EpochMetrics best = result.epochs().get(result.keptEpoch() - 1);
            assertThat(result.epochs())
                    .allSatisfy(
                            e ->
                                    assertThat(e.validationLoss())
                                            .isGreaterThanOrEqualTo(best.validationLoss()));
            Regression task = Regression.of(points(16, 1));
            Evaluation judged = Evaluation.of(task, adapted, points(16, 2), 7, Device.cpu());
            assertThat(judged.value("r2")).isGreaterThan(0.98);
            assertThat(best.validation()).isEqualTo(judged.figures());

            assertThatThrownBy(() -> Evaluation.of(adapted, points(16, 2), 7, Device.cpu()))
                    .hasMessageEndingWith("pass the task that it was trained for");

            Path saved = folder.resolve("adapter");
            AdapterMetadata names = new AdapterMetadata("", List.of("angle", "price"), Map.of());
            adapted.save(saved, names.withTask(task));
            AdapterMetadata said = AdapterFolder.describe(saved).metadata();
            assertThat(Tasks.kept(said.task(), said.kept(), 2)).isEqualTo(task);
        }
    }

    @Test
    void aRunThatDiesGoesOnToTheSameEnd() {
        Object whole;
        Object values;
        try (AdaptedBlock adapted = adapted()) {
            whole = figures(builder(adapted, folder.resolve("whole")).build().fit());
            values = Fixtures.trainedBits(adapted);
        }
        FineTuneListener dying =
                new FineTuneListener() {
                    @Override
                    public void onStep(StepProgress progress) {
                        if (progress.step() == 33) {
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
            assertThat(figures(builder(adapted, state).build().fit())).isEqualTo(whole);
            assertThat(Fixtures.trainedBits(adapted)).isEqualTo(values);
        }
    }

    private static Object figures(FineTuneResult result) {
        return result.epochs().stream()
                .map(e -> new ArrayList<>(e.values().values()).subList(0, 7))
                .toList();
    }

    @Test
    void whatCannotBeLearntIsRefusedBeforeAnyWork() {
        double nan = Double.NaN;
        Rows data =
                new Rows(List.of("angle", "price"), new double[] {3, nan}, new double[] {3, nan});
        try (AdaptedBlock adapted = adapted()) {
            assertThatThrownBy(() -> FineTuner.builder(adapted).dataset(data).build())
                    .hasMessage(
                            "angle is 3.0 in the whole training set: there is nothing to learn;"
                                    + " leave it out; not one value of price is known in the"
                                    + " training set");
            assertThatThrownBy(
                            () ->
                                    FineTuner.builder(adapted)
                                            .dataset(rows())
                                            .task(
                                                    Regression.of(
                                                            List.of(rows().rows()),
                                                            Regression.Loss.HUBER,
                                                            0))
                                            .build())
                    .hasMessage("the delta of the Huber loss is 0.0, expected more than 0");
        }
    }

    @Test
    void whatAnAdapterKeepsIsChecked() {
        Map<String, Object> kept =
                Map.of("loss", "cubic", "means", List.of(1L), "deviations", List.of(2.0));
        assertThatThrownBy(() -> Tasks.kept("regression", kept, 1))
                .hasMessage("the task's loss is cubic, expected squared, absolute or huber");
        assertThatThrownBy(() -> Tasks.kept("regression", Map.of("loss", "squared"), 1))
                .hasMessageEndingWith("expected the means and deviations of 1 quantities");
    }
}
