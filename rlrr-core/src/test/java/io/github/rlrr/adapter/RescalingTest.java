package io.github.rlrr.adapter;

import static io.github.rlrr.adapter.RescalingOracle.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.RescalingOracle.Case;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.method.RlrrConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RescalingTest {

    private static final int IN = 7;
    private static final int OUT = 5;

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    static List<Case> cases() {
        return RescalingOracle.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theEffectiveWeightFollowsTheEquation(Case c) {
        Linear linear = Fixtures.linear(manager, 1, IN, OUT, true);
        try (AdaptedBlock adapted = Rlrr.adapt(linear, c.config().build())) {
            Fixtures.scramble(adapted, 2);
            double[] w =
                    doubles(linear.getDirectParameters().get("weight").getArray().toFloatArray());
            Map<String, double[]> t = tensors(adapted);
            double[] expected =
                    RescalingOracle.weight(
                            c, w, OUT, IN, t.get("scale_left"), t.get("scale_right"));
            float[] actual = adapted.effectiveValues(manager).get("weight").toFloatArray();
            assertThat(doubles(actual)).containsExactly(expected, within(2e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theBiasIsShifted(Case c) {
        Linear linear = Fixtures.linear(manager, 1, IN, OUT, true);
        try (AdaptedBlock adapted = Rlrr.adapt(linear, c.config().build())) {
            Fixtures.scramble(adapted, 2);
            float[] b = linear.getDirectParameters().get("bias").getArray().toFloatArray();
            double[] f = tensors(adapted).get("shift");
            float[] actual = adapted.effectiveValues(manager).get("bias").toFloatArray();
            for (int i = 0; i < OUT; i++) {
                assertThat((double) actual[i]).isCloseTo(b[i] + f[i], within(1e-6));
            }
        }
    }

    @Test
    void aLinearLayerWithoutBiasGetsNoShift() {
        Linear linear = Fixtures.linear(manager, 1, IN, OUT, false);
        RlrrConfig config = new Case(Form.RESIDUAL, Sides.BOTH, 1).config().build();
        try (AdaptedBlock adapted = Rlrr.adapt(linear, config)) {
            assertThat(Fixtures.names(adapted)).containsExactly("scale_left", "scale_right");
        }
    }

    @Test
    void noShiftIsTrainedWhereItIsSwitchedOff() {
        Linear linear = Fixtures.linear(manager, 1, IN, OUT, true);
        RlrrConfig config = new Case(Form.RESIDUAL, Sides.BOTH, 1).config().shift(false).build();
        try (AdaptedBlock adapted = Rlrr.adapt(linear, config)) {
            assertThat(Fixtures.names(adapted)).containsExactly("scale_left", "scale_right");
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGradientsAreThoseOfTheOracleByCentralDifferences(Case c) {
        Linear linear = Fixtures.linear(manager, 3, IN, OUT, true);
        try (AdaptedBlock adapted = Rlrr.adapt(linear, c.config().build())) {
            Fixtures.scramble(adapted, 4);
            float[] x = Fixtures.normal(new SplittableRandom(5), 3 * IN, 0.6);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                ParameterStore store = new ParameterStore(manager, false);
                NDArray input = manager.create(x, new Shape(3, IN));
                NDArray y = adapted.forward(store, new NDList(input), true).head().tanh();
                NDArray weights = manager.create(new float[] {1, -2, 3, -4, 5});
                collector.backward(y.square().mul(weights).sum());
            }
            Map<String, double[]> tensors = tensors(adapted);
            double[] w =
                    doubles(linear.getDirectParameters().get("weight").getArray().toFloatArray());
            double[] b =
                    doubles(linear.getDirectParameters().get("bias").getArray().toFloatArray());
            tensors.forEach(
                    (name, values) -> {
                        float[] actual =
                                Fixtures.tensor(adapted, name).getGradient().toFloatArray();
                        double[] expected = new double[values.length];
                        for (int i = 0; i < values.length; i++) {
                            double kept = values[i];
                            values[i] = kept + 1e-5;
                            double above = loss(c, tensors, w, b, x);
                            values[i] = kept - 1e-5;
                            double below = loss(c, tensors, w, b, x);
                            values[i] = kept;
                            expected[i] = (above - below) / 2e-5;
                        }
                        assertThat(doubles(actual))
                                .as(name)
                                .containsExactly(expected, within(2e-4));
                    });
        }
    }

    /** Σ c·tanh(x·W'ᵀ + b')² with c = 1, −2, 3, −4, 5. */
    private static double loss(
            Case c, Map<String, double[]> tensors, double[] w, double[] b, float[] x) {
        double[] effective =
                RescalingOracle.weight(
                        c, w, OUT, IN, tensors.get("scale_left"), tensors.get("scale_right"));
        double sum = 0;
        for (int n = 0; n < 3; n++) {
            for (int o = 0; o < OUT; o++) {
                double y = b[o] + tensors.get("shift")[o];
                for (int i = 0; i < IN; i++) {
                    y += effective[o * IN + i] * x[n * IN + i];
                }
                double bent = Math.tanh(y);
                sum += (o % 2 == 0 ? 1 : -1) * (o + 1) * bent * bent;
            }
        }
        return sum;
    }

    private static Map<String, double[]> tensors(AdaptedBlock adapted) {
        Map<String, double[]> tensors = new HashMap<>();
        adapted.trainableTensors()
                .forEach(
                        t ->
                                tensors.put(
                                        t.name(),
                                        doubles(t.parameter().getArray().toFloatArray())));
        return tensors;
    }

    @Test
    void weightDecayAppliesToTheScalesAndNotToTheShift() {
        Linear linear = Fixtures.linear(manager, 1, IN, OUT, true);
        RlrrConfig config = new Case(Form.RESIDUAL, Sides.BOTH, 1).config().build();
        try (AdaptedBlock adapted = Rlrr.adapt(linear, config)) {
            assertThat(adapted.trainableTensors().stream().filter(TrainableTensor::decayed))
                    .extracting(TrainableTensor::name)
                    .containsExactly("scale_left", "scale_right");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void aRankBelowOneIsRefused(int rank) {
        assertThatThrownBy(() -> RlrrConfig.builder().rank(rank).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank is " + rank + ", expected at least 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"LEFT", "RIGHT"})
    void aHigherRankOnOneSideIsRefused(Sides sides) {
        assertThatThrownBy(() -> RlrrConfig.builder().sides(sides).rank(2).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rank 2 with scales on one side only");
    }

    @Test
    void theAdditiveFormOnOneSideIsRefused() {
        RlrrConfig.Builder builder = RlrrConfig.builder().form(Form.ADDITIVE).sides(Sides.LEFT);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("additive form with scales on one side only");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0, -0.0, 1e-60})
    void aStartFromWhichBothFactorsCannotLearnIsRefused(double zero) {
        RlrrConfig.Builder builder =
                RlrrConfig.builder().initialisation(Initialisation.constant(zero));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing can learn")
                .hasMessageContaining("IDENTITY");
    }
}
