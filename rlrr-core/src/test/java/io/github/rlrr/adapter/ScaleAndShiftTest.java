package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.RlrrConfig;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleAndShiftTest {

    private static final int SIZE = 2 * 3 * 5 * 5;
    private static final Shape IMAGE = new Shape(2, 3, 5, 5);

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private static Block wrapped(String kind) {
        return switch (kind) {
            case "linear" -> Linear.builder().setUnits(5).build();
            case "linear without bias" -> Linear.builder().setUnits(5).optBias(false).build();
            case "layer norm" -> LayerNorm.builder().axis(3).build();
            case "batch norm" -> BatchNorm.builder().build();
            case "convolution" ->
                    Conv2d.builder().setFilters(4).setKernelShape(new Shape(3, 3)).build();
            default -> throw new AssertionError(kind);
        };
    }

    private static RlrrConfig onlyKind(String kind, Initialisation start) {
        String target =
                kind.startsWith("linear")
                        ? "all-linear"
                        : kind.endsWith("norm") ? "all-norm" : "all-conv";
        return RlrrConfig.builder()
                .targets()
                .scaleAndShift(target)
                .fullyTrained()
                .initialisation(start)
                .build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"linear", "linear without bias", "layer norm", "batch norm", "convolution"})
    void theOutputIsScaledAndShiftedPerFeature(String kind) {
        Block base = Fixtures.initialized(wrapped(kind), manager, 3, IMAGE);
        float[] x = Fixtures.normal(new SplittableRandom(4), SIZE, 1);
        float[] plain = Fixtures.run(base, manager, IMAGE, x);
        try (AdaptedBlock adapted = Rlrr.adapt(base, onlyKind(kind, Initialisation.IDENTITY))) {
            Fixtures.scramble(adapted, 5);
            float[] s = Fixtures.tensor(adapted, "scale").toFloatArray();
            boolean shifted = !kind.equals("linear without bias");
            float[] t = shifted ? Fixtures.tensor(adapted, "shift").toFloatArray() : new float[5];
            float[] actual = Fixtures.run(adapted, manager, IMAGE, x);
            boolean channels = kind.equals("convolution") || kind.equals("batch norm");
            int features = s.length;
            int inner = channels ? plain.length / 2 / features : 1;
            for (int i = 0; i < plain.length; i++) {
                int feature = i / inner % features;
                assertThat((double) actual[i])
                        .isCloseTo((double) plain[i] * s[feature] + t[feature], within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "layer norm", "batch norm", "convolution"})
    void anyStartButThePublishedIsTheBaseBitForBit(String kind) {
        Block base = Fixtures.initialized(wrapped(kind), manager, 3, IMAGE);
        float[] x = Fixtures.normal(new SplittableRandom(4), SIZE, 1);
        try (AdaptedBlock adapted = Rlrr.adapt(base, onlyKind(kind, Initialisation.IDENTITY))) {
            assertThat(Fixtures.run(adapted, manager, IMAGE, x))
                    .containsExactly(Fixtures.run(base, manager, IMAGE, x));
        }
    }

    @Test
    void thePublishedStartIsDrawnAroundOneAndZero() {
        Block base =
                Fixtures.initialized(LayerNorm.builder().build(), manager, 3, new Shape(1, 900));
        try (AdaptedBlock adapted =
                Rlrr.adapt(base, onlyKind("layer norm", Initialisation.PUBLISHED))) {
            assertDrawn(Fixtures.tensor(adapted, "scale").toFloatArray(), 1);
            assertDrawn(Fixtures.tensor(adapted, "shift").toFloatArray(), 0);
        }
    }

    private static void assertDrawn(float[] values, double mean) {
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value - mean;
            squares += (value - mean) * (value - mean);
        }
        assertThat(sum / values.length).isCloseTo(0, within(0.003));
        assertThat(Math.sqrt(squares / values.length)).isCloseTo(0.02, within(0.002));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "layer norm", "convolution"})
    void weightDecaySparesNormsAlone(String kind) {
        Block base = Fixtures.initialized(wrapped(kind), manager, 3, IMAGE);
        try (AdaptedBlock adapted = Rlrr.adapt(base, onlyKind(kind, Initialisation.PUBLISHED))) {
            assertThat(adapted.trainableTensors())
                    .extracting(TrainableTensor::decayed)
                    .containsExactly(!kind.equals("layer norm"), !kind.equals("layer norm"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"linear", "linear without bias", "layer norm", "batch norm", "convolution"})
    void aReplacementStartsAtTheFrozenValues(String kind) {
        Block base = Fixtures.initialized(wrapped(kind), manager, 3, IMAGE);
        float[] x = Fixtures.normal(new SplittableRandom(4), SIZE, 1);
        try (AdaptedBlock adapted = Rlrr.adapt(base, replaced(kind))) {
            assertThat(Fixtures.run(adapted, manager, IMAGE, x))
                    .containsExactly(Fixtures.run(base, manager, IMAGE, x));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"linear", "linear without bias", "layer norm", "batch norm", "convolution"})
    void aReplacementIsReadInPlaceOfTheFrozenValues(String kind) {
        Block base = Fixtures.initialized(wrapped(kind), manager, 3, IMAGE);
        Block other = Fixtures.initialized(wrapped(kind), manager, 99, IMAGE);
        float[] x = Fixtures.normal(new SplittableRandom(4), SIZE, 1);
        // Running statistics are the adapter's own, but not what is trained.
        for (String statistic : new String[] {"runningMean", "runningVar"}) {
            if (kind.equals("batch norm")) {
                Fixtures.set(
                        other.getDirectParameters().get(statistic).getArray(),
                        base.getDirectParameters().get(statistic).getArray().toFloatArray());
            }
        }
        try (AdaptedBlock adapted = Rlrr.adapt(base, replaced(kind))) {
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                Fixtures.set(
                        tensor.parameter().getArray(),
                        other.getDirectParameters().get(tensor.name()).getArray().toFloatArray());
            }
            assertThat(Fixtures.run(adapted, manager, IMAGE, x))
                    .containsExactly(Fixtures.run(other, manager, IMAGE, x));
        }
    }

    private static LinearProbeConfig replaced(String kind) {
        String keyword =
                kind.startsWith("linear") ? "linear" : kind.endsWith("norm") ? "norm" : "conv";
        return new LinearProbeConfig(List.of("all-" + keyword));
    }
}
