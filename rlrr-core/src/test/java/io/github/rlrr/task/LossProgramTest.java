package io.github.rlrr.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.rlrr.Fixtures;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loss against loops in double. */
class LossProgramTest {

    private static final int B = 5;
    private static final int C = 4;
    private static final long[] LABELS = {2, 0, 3, 3, 1};
    private static final List<Double> WEIGHTS = List.of(0.5, 2.0, 1.0, 3.0);

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private static double loss(
            double[] logits, double smoothing, boolean weighted, boolean mixed, double lambda) {
        double total = 0;
        double weights = 0;
        for (int i = 0; i < B; i++) {
            double sum = 0;
            for (int c = 0; c < C; c++) {
                sum += Math.exp(logits[i * C + c]);
            }
            for (int c = 0; c < C; c++) {
                double own = LABELS[i] == c ? 1 : 0;
                double partners = LABELS[B - 1 - i] == c ? 1 : 0;
                double target = mixed ? lambda * own + (1 - lambda) * partners : own;
                target = (1 - smoothing) * target + smoothing / C;
                double weight = weighted ? WEIGHTS.get(c) : 1;
                total -= weight * target * (logits[i * C + c] - Math.log(sum));
            }
            weights += mixed || !weighted ? 1 : WEIGHTS.get((int) LABELS[i]);
        }
        return total / weights;
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, false, 1",
        "0.1, false, false, 1",
        "0, true, false, 1",
        "0.3, true, false, 1",
        "0, false, true, 0.7",
        "0.1, false, true, 0.25",
        "0.1, true, true, 0.6",
        "0, false, true, 1"
    })
    void lossAndGradientFollowTheFormula(
            double smoothing, boolean weighted, boolean mixed, float lambda) {
        float[] values = Fixtures.normal(new SplittableRandom(4), B * C, 2);
        double[] logits = new double[B * C];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = values[i];
        }
        double expected = loss(logits, smoothing, weighted, mixed, lambda);
        NDArray input = manager.create(values, new Shape(B, C));
        input.setRequiresGradient(true);
        try (LossProgram program =
                        new LossProgram(
                                new SingleLabel(smoothing, weighted ? WEIGHTS : List.of()),
                                mixed,
                                manager);
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray value = program.loss(input, manager.create(LABELS), lambda, manager);
            collector.backward(value);
            assertThat((double) value.getFloat()).isCloseTo(expected, within(2e-6));
        }
        float[] gradient = input.getGradient().toFloatArray();
        for (int i = 0; i < logits.length; i++) {
            double h = 1e-6;
            double[] up = logits.clone();
            up[i] += h;
            double slope = (loss(up, smoothing, weighted, mixed, lambda) - expected) / h;
            assertThat((double) gradient[i]).isCloseTo(slope, within(5e-6));
        }
    }
}
