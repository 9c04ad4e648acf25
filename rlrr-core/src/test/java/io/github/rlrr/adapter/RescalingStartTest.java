package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.RescalingOracle.Case;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.method.RlrrConfig;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RescalingStartTest {

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
    void theIdentityStartIsTheBaseBitForBit(Case c) {
        Linear linear = Fixtures.linear(manager, 1, 8, 5, true);
        RlrrConfig config = c.config().initialisation(Initialisation.IDENTITY).build();
        try (AdaptedBlock adapted = Rlrr.adapt(linear, config)) {
            adapted.effectiveValues(manager)
                    .forEach(
                            (path, value) ->
                                    assertThat(value.toFloatArray())
                                            .as(path)
                                            .containsExactly(
                                                    linear.getDirectParameters()
                                                            .get(path)
                                                            .getArray()
                                                            .toFloatArray()));
        }
    }

    static List<Case> twoSided() {
        return cases().stream().filter(c -> c.sides() == Sides.BOTH).toList();
    }

    @ParameterizedTest
    @MethodSource("twoSided")
    void theIdentityStartLeavesEveryProductAFactorThroughWhichTheOtherLearns(Case c) {
        Linear linear = Fixtures.linear(manager, 1, 8, 5, true);
        RlrrConfig config = c.config().initialisation(Initialisation.IDENTITY).build();
        try (AdaptedBlock adapted = Rlrr.adapt(linear, config)) {
            float[] left = Fixtures.tensor(adapted, "scale_left").toFloatArray();
            float[] right = Fixtures.tensor(adapted, "scale_right").toFloatArray();
            for (int k = 0; k < c.rank(); k++) {
                float[] row = Arrays.copyOfRange(left, 8 * k, 8 * k + 8);
                float[] column = new float[5];
                for (int o = 0; o < 5; o++) {
                    column[o] = right[o * c.rank() + k];
                }
                assertThat(anyNonZero(row) || anyNonZero(column)).as("product " + k).isTrue();
            }
        }
    }

    private static boolean anyNonZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void thePublishedStartIsUniformWithinTheKaimingBounds(int rank) {
        Linear linear = Fixtures.linear(manager, 1, 600, 500, true);
        RlrrConfig config = new Case(Form.RESIDUAL, Sides.BOTH, rank).config().build();
        try (AdaptedBlock adapted = Rlrr.adapt(linear, config)) {
            assertUniform(adapted, "scale_left", Math.sqrt(6.0 / 600));
            assertUniform(adapted, "scale_right", Math.sqrt(6.0 / rank));
            assertThat(Fixtures.tensor(adapted, "shift").toFloatArray()).containsOnly(0f);
        }
    }

    private static void assertUniform(AdaptedBlock adapted, String name, double bound) {
        float[] values = Fixtures.tensor(adapted, name).toFloatArray();
        double largest = 0;
        double squares = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
            squares += (double) value * value;
        }
        assertThat(largest).as(name).isBetween(0.97 * bound, 1.000001 * bound);
        // Of U(±a) the variance is a²/3; 500 draws know it to about 4 %.
        assertThat(squares / values.length)
                .as(name)
                .isCloseTo(bound * bound / 3, within(0.15 * bound * bound / 3));
    }

    @Test
    void theSameSeedDrawsTheSameValues() {
        assertThat(firstLayer(7)).containsExactly(firstLayer(7));
    }

    @Test
    void anotherSeedDrawsOthers() {
        assertThat(firstLayer(7)).isNotEqualTo(firstLayer(8));
    }

    private float[] firstLayer(long seed) {
        RlrrConfig config = RlrrConfig.builder().targets("fc1").scaleAndShift().seed(seed).build();
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), config)) {
            return Fixtures.tensor(adapted, "fc1.scale_left").toFloatArray();
        }
    }

    @Test
    void anotherPlaceDrawsOthers() {
        Fixtures.Named base =
                new Fixtures.Named()
                        .child("a", Linear.builder().setUnits(5).build())
                        .child("b", Linear.builder().setUnits(5).build());
        Fixtures.initialized(base, manager, 1, new Shape(1, 8));
        RlrrConfig config = new Case(Form.RESIDUAL, Sides.BOTH, 1).config().build();
        try (AdaptedBlock adapted = Rlrr.adapt(base, config)) {
            assertThat(Fixtures.tensor(adapted, "a.scale_left").toFloatArray())
                    .isNotEqualTo(Fixtures.tensor(adapted, "b.scale_left").toFloatArray());
        }
    }

    @Test
    void whatElseIsAdaptedDoesNotChangeADraw() {
        RlrrConfig alone = RlrrConfig.builder().targets("fc1").scaleAndShift().build();
        RlrrConfig more = RlrrConfig.builder().targets("fc1").scaleAndShift("norm").build();
        try (AdaptedBlock one = Rlrr.adapt(Fixtures.mlp(manager, 1), alone);
                AdaptedBlock two = Rlrr.adapt(Fixtures.mlp(manager, 2), more)) {
            assertThat(Fixtures.trainedBits(two))
                    .containsEntry(
                            "fc1.scale_left", Fixtures.trainedBits(one).get("fc1.scale_left"));
        }
    }

    @Test
    void constantStartsEverywhereAtTheValue() {
        float[] values = scaleLeft(Initialisation.constant(0.25));
        assertThat(values).hasSize(400).containsOnly(0.25f);
    }

    @Test
    void uniformStartsWithinTheBound() {
        float[] values = scaleLeft(Initialisation.uniform(0.25));
        assertThat(values).hasSize(400);
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isBetween(0.2, 0.25);
    }

    @Test
    void normalStartsWithTheDeviation() {
        double squares = 0;
        for (float value : scaleLeft(Initialisation.normal(0.25))) {
            squares += (double) value * value;
        }
        assertThat(Math.sqrt(squares / 400)).isCloseTo(0.25, within(0.04));
    }

    private float[] scaleLeft(Initialisation start) {
        Linear linear = Fixtures.linear(manager, 1, 400, 2, true);
        RlrrConfig config =
                new Case(Form.RESIDUAL, Sides.BOTH, 1).config().initialisation(start).build();
        try (AdaptedBlock adapted = Rlrr.adapt(linear, config)) {
            return Fixtures.tensor(adapted, "scale_left").toFloatArray();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "ADDITIVE"})
    void formsThatThePublishedDrawWouldSwampStartAtTheBase(Form form) {
        assertThat(RlrrConfig.builder().form(form).build().initialisation())
                .isEqualTo(Initialisation.IDENTITY);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void aDeviationThatIsNotPositiveIsRefused(double deviation) {
        assertThatThrownBy(() -> Initialisation.normal(deviation))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "initialisation NORMAL: value is %s, expected a positive number",
                        Double.toString(deviation));
    }
}
