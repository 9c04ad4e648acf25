package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.core.Linear;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.Blobs;
import io.github.rlrr.Fixtures;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.task.SingleLabel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedules, evaluation and the metrics log. */
class RecordsTest {

    private static final EpochMetrics EPOCH = epoch(3, 0.01, 0.25, 1, 0.5);

    @TempDir Path folder;

    private static EpochMetrics epoch(
            int epoch, double rate, double loss, double accuracy, double waited) {
        return new EpochMetrics(
                epoch,
                rate,
                SingleLabel.figures(0.5, 0.75),
                SingleLabel.figures(loss, accuracy),
                2,
                waited);
    }

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.2", // 1·(0 + ½)/(2 + ½)
        "1, 0.6",
        "1.5, 0.8",
        "2, 1",
        "4, 0.75", // ½(1 + cos(π/3))
        "5, 0.5",
        "8, 1e-8",
        "9, 1e-8"
    })
    void warmUpRisesToThePeakAndTheCosineFallsToTheFloor(double epoch, double expected) {
        LearningRateSchedule schedule = LearningRateSchedule.warmupCosine(1, 2, 8);
        assertThat(schedule.rate(epoch)).isCloseTo(expected, within(1e-7));
    }

    @Test
    void aScheduleWithoutWarmUpStartsAtThePeak() {
        assertThat(LearningRateSchedule.warmupCosine(0.3, 0, 8).rate(0)).isEqualTo(0.3);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.2", "1, 0.6", "2, 1", "5, 0.5", "6.5, 0.25", "8, 1e-8", "9, 1e-8"})
    void theLinearScheduleFallsInAStraightLine(double epoch, double expected) {
        LearningRateSchedule schedule = LearningRateSchedule.warmupLinear(1, 2, 8);
        assertThat(schedule.rate(epoch)).isCloseTo(expected, within(1e-7));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.2", "1, 0.6", "2, 1", "500, 1"})
    void theConstantScheduleCanRiseFirst(double epoch, double expected) {
        LearningRateSchedule schedule = LearningRateSchedule.warmupConstant(1, 2);
        assertThat(schedule.rate(epoch)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, 2, 1",
        "5, 10, 2, 0.5",
        "10, 10, 2, 1", // the second cycle has 20 epochs, the third 40
        "20, 10, 2, 0.5",
        "30, 10, 2, 1",
        "50, 10, 2, 0.5",
        "70, 10, 2, 1",
        "2.5, 5, 1, 0.5",
        "55, 5, 1, 1",
        "57.5, 5, 1, 0.5"
    })
    void restartsBeginAgainAtThePeak(double epoch, int first, int factor, double expected) {
        LearningRateSchedule schedule = LearningRateSchedule.warmRestarts(1, first, factor);
        assertThat(schedule.rate(epoch)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"59, 5, 1, 0.345", "109, 10, 2, 0.539", "0, 5, 1, 1", "1, 5, 1, 1", "6.9, 5, 1, 1"})
    void publishedRestartsComeOnceAnEpochAndAnEpochLate(
            double epoch, int first, int factor, double expected) {
        LearningRateSchedule schedule =
                LearningRateSchedule.warmRestarts(1, first, factor).onceAnEpochLate();
        assertThat(schedule.rate(epoch)).isCloseTo(expected, within(5e-4));
    }

    @ParameterizedTest
    @CsvSource({"0, 5, 1", "NaN, 5, 1", "1, 0, 1", "1, 5, 0"})
    void restartsThatMakeNoSenseAreRefused(double peak, int first, int factor) {
        assertThatThrownBy(() -> LearningRateSchedule.warmRestarts(peak, first, factor))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a positive rate, and at least 1 for both");
    }

    @Test
    void theConstantScheduleIsConstant() {
        assertThat(LearningRateSchedule.constant(0.3).rate(77)).isEqualTo(0.3);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 8", "-1, 1, 8", "NaN, 1, 8", "1, -1, 8", "1, 8, 8", "1, NaN, 8", "1, 0, 0"})
    void aScheduleThatMakesNoSenseIsRefused(double peak, double warmup, double epochs) {
        assertThatThrownBy(() -> LearningRateSchedule.warmupCosine(peak, warmup, epochs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "expected a positive rate and a warm-up shorter than the run");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 10, 64})
    void anEvaluationIsTheMeanCrossEntropyAndTheShareClassifiedRight(int batchSize) {
        Linear linear = Fixtures.linear(manager, 1, 4, 3, true);
        Blobs data = new Blobs(10, 3);
        float[] w = linear.getDirectParameters().get("weight").getArray().toFloatArray();
        float[] b = linear.getDirectParameters().get("bias").getArray().toFloatArray();
        double loss = 0;
        int correct = 0;
        for (int n = 0; n < 10; n++) {
            float[] x = new float[4];
            data.read(n, new SplittableRandom(0), x, 0);
            double[] z = new double[3];
            double sum = 0;
            for (int o = 0; o < 3; o++) {
                z[o] = b[o];
                for (int i = 0; i < 4; i++) {
                    z[o] += (double) w[o * 4 + i] * x[i];
                }
                sum += Math.exp(z[o]);
            }
            double label = z[n % 3];
            loss -= Math.log(Math.exp(label) / sum);
            correct += label >= z[0] && label >= z[1] && label >= z[2] ? 1 : 0;
        }
        Evaluation evaluation = Evaluation.of(linear, data, batchSize, Device.cpu());
        assertThat(evaluation.examples()).isEqualTo(10);
        assertThat(evaluation.loss()).isCloseTo(loss / 10, within(1e-5));
        assertThat(evaluation.value("accuracy")).isEqualTo(correct / 10.0);
    }

    @Test
    void anEvaluationLeavesNothingAllocated() {
        Linear linear = Fixtures.linear(manager, 1, 4, 3, true);
        Fixtures.Alive before = Fixtures.alive();
        Evaluation.of(linear, new Blobs(10, 3), 4, Device.cpu());
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    @Test
    void moreClassesThanTheModelHasAreRefused() {
        Linear linear = Fixtures.linear(manager, 1, 4, 2, true);
        Fixtures.Alive before = Fixtures.alive();
        assertThatThrownBy(() -> Evaluation.of(linear, new Blobs(10, 3), 4, Device.cpu()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("label 2 but the model has 2 classes; give it a head for 3");
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    private List<JsonObject> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    @Test
    void anEpochIsOneJsonObjectOnALine() throws IOException {
        Path file = folder.resolve("new/log.jsonl");
        try (MetricsLog log = MetricsLog.create(file)) {
            log.onEpoch(EPOCH);
            log.onEpoch(EPOCH);
        }
        assertThat(lines(file)).hasSize(2);
        assertThat(lines(file).get(0))
                .hasToString(
                        "{\"epoch\":3,\"learning_rate\":0.01,\"train_loss\":0.5,"
                                + "\"train_accuracy\":0.75,\"validation_loss\":0.25,"
                                + "\"validation_accuracy\":1.0,\"seconds\":2.0,\"waited\":0.5}");
    }

    @Test
    void figuresThatDoNotExistAreLeftOut() throws IOException {
        Path file = folder.resolve("log.jsonl");
        double none = Double.NaN;
        try (MetricsLog log = MetricsLog.create(file)) {
            log.onEpoch(epoch(1, none, none, none, 0));
        }
        assertThat(lines(file).get(0).keySet())
                .containsExactly("epoch", "train_loss", "train_accuracy", "seconds", "waited");
    }

    @Test
    void aLineIsOnDiskWhenItIsWritten() throws IOException {
        Path file = folder.resolve("log.jsonl");
        try (MetricsLog log = MetricsLog.create(file)) {
            log.onEpoch(EPOCH);
            assertThat(lines(file)).hasSize(1);
        }
    }

    @Test
    void everyLabelMarksTheLine() throws IOException {
        Path file = folder.resolve("log.jsonl");
        try (MetricsLog log = MetricsLog.create(file)) {
            log.labelled("task", "pets")
                    .labelled("run", "2")
                    .evaluation("test", new Evaluation(10, SingleLabel.figures(0.5, 0.9)));
        }
        assertThat(lines(file).get(0))
                .hasToString(
                        "{\"task\":\"pets\",\"run\":\"2\",\"set\":\"test\",\"examples\":10,"
                                + "\"loss\":0.5,\"accuracy\":0.9}");
    }
}
