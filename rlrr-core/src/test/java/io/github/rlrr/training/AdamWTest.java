package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.TrainableTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdamWTest {

    private static final int SIZE = 6;

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private TrainableTensor tensor(String name, boolean decayed, float... values) {
        Parameter parameter =
                Parameter.builder()
                        .setName(name)
                        .setType(Parameter.Type.OTHER)
                        .optArray(manager.create(values))
                        .optShape(new Shape(values.length))
                        .build();
        parameter.freeze(false);
        return new TrainableTensor(name, parameter, decayed);
    }

    private void backward(TrainableTensor tensor, float[] gradient) {
        try (GradientCollector collector = manager.getEngine().newGradientCollector();
                NDManager scope = manager.newSubManager()) {
            NDArray weights = scope.create(gradient);
            collector.backward(weights.mul(tensor.parameter().getArray()).sum());
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 1", "true, 1e-9", "false, 1e-9", "false, 1e-7", "true, 1e3"})
    void fiftyStepsFollowTheFormula(boolean decayed, double gradientSize) {
        SplittableRandom random = new SplittableRandom(3);
        float[] start = Fixtures.normal(random, SIZE, 1);
        TrainableTensor tensor = tensor("t", decayed, start);
        TrainableTensor other = tensor("o", !decayed, 1, 2, 3);
        double[] value = new double[SIZE];
        double[] m = new double[SIZE];
        double[] v = new double[SIZE];
        for (int i = 0; i < SIZE; i++) {
            value[i] = start[i];
        }
        try (AdamW optimizer = new AdamW(List.of(other, tensor), 0.1)) {
            for (int t = 1; t <= 50; t++) {
                double rate = 0.01 * (1 + t % 3);
                float[] gradient = Fixtures.normal(random, SIZE, gradientSize);
                backward(tensor, gradient);
                backward(other, new float[] {1, 1, 1});
                optimizer.step(rate);
                for (int i = 0; i < SIZE; i++) {
                    double g = gradient[i];
                    value[i] -= decayed ? rate * 0.1 * value[i] : 0;
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.999 * v[i] + 0.001 * g * g;
                    double mHat = m[i] / (1 - Math.pow(0.9, t));
                    double vHat = v[i] / (1 - Math.pow(0.999, t));
                    value[i] -= rate * mHat / (Math.sqrt(vHat) + 1e-8);
                }
            }
        }
        float[] actual = tensor.parameter().getArray().toFloatArray();
        for (int i = 0; i < SIZE; i++) {
            assertThat((double) actual[i]).isCloseTo(value[i], within(3e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"0.5", "3", "1e4"})
    void clippedStepsFollowTheFormula(double clip) {
        SplittableRandom random = new SplittableRandom(3);
        float[] start = Fixtures.normal(random, SIZE, 1);
        TrainableTensor tensor = tensor("t", true, start);
        TrainableTensor other = tensor("o", false, 1, 2, 3);
        double[] value = new double[SIZE];
        double[] m = new double[SIZE];
        double[] v = new double[SIZE];
        for (int i = 0; i < SIZE; i++) {
            value[i] = start[i];
        }
        try (AdamW optimizer = new AdamW(List.of(other, tensor), 0.1, clip)) {
            for (int t = 1; t <= 30; t++) {
                float[] gradient = Fixtures.normal(random, SIZE, t);
                backward(tensor, gradient);
                backward(other, new float[] {1, -2, 2});
                optimizer.step(0.01);
                double squares = 9;
                for (float g : gradient) {
                    squares += (double) g * g;
                }
                double factor = Math.min(1, clip / (Math.sqrt(squares) + 1e-6));
                for (int i = 0; i < SIZE; i++) {
                    double g = factor * gradient[i];
                    value[i] -= 0.01 * 0.1 * value[i];
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.999 * v[i] + 0.001 * g * g;
                    double mHat = m[i] / (1 - Math.pow(0.9, t));
                    double vHat = v[i] / (1 - Math.pow(0.999, t));
                    value[i] -= 0.01 * mHat / (Math.sqrt(vHat) + 1e-8);
                }
            }
        }
        float[] actual = tensor.parameter().getArray().toFloatArray();
        for (int i = 0; i < SIZE; i++) {
            assertThat((double) actual[i]).isCloseTo(value[i], within(3e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void aNormThatIsNoNormIsRefused(double norm) {
        List<TrainableTensor> tensors = List.of(tensor("t", true, 1));
        assertThatThrownBy(() -> new AdamW(tensors, 0, norm).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("clip norm is " + norm + ", expected 0 or more");
    }

    @Test
    void aStepClearsTheGradients() {
        TrainableTensor tensor = tensor("t", true, 1, 2);
        try (AdamW optimizer = new AdamW(List.of(tensor), 0)) {
            for (int i = 0; i < 2; i++) {
                backward(tensor, new float[] {3, 4});
                optimizer.step(0.1);
                assertThat(tensor.parameter().getArray().getGradient().toFloatArray())
                        .containsOnly(0f);
            }
        }
    }

    @Test
    void stepsLeaveNothingAllocated() {
        TrainableTensor tensor = tensor("t", true, 1, 2);
        Fixtures.Alive before = Fixtures.alive();
        List<Fixtures.Alive> during = new ArrayList<>();
        try (AdamW optimizer = new AdamW(List.of(tensor), 0)) {
            for (int i = 0; i < 10; i++) {
                backward(tensor, new float[] {3, 4});
                optimizer.step(0.1);
                during.add(Fixtures.alive());
            }
        }
        assertThat(during).containsOnly(during.get(0));
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void aDecayThatIsNoDecayIsRefused(double decay) {
        List<TrainableTensor> tensors = List.of(tensor("t", true, 1));
        assertThatThrownBy(() -> new AdamW(tensors, decay).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight decay is " + decay + ", expected 0 or more");
    }

    @Test
    void nothingToTrainIsRefused() {
        assertThatThrownBy(() -> new AdamW(List.of(), 0).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is nothing to train");
    }
}
