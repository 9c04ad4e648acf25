package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.RescalingOracle.Case;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RlrrLinearTest {

    private static final Shape BATCH = new Shape(3, 4);
    private static final float[] X = Fixtures.normal(new SplittableRandom(9), 12, 1);

    private final NDManager manager = Fixtures.manager();

    /** New layers are drawn from libtorch's generator. */
    @BeforeEach
    void seed() {
        TorchRuntime.seed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static List<Case> cases() {
        return RescalingOracle.cases();
    }

    private static double[] tensor(RlrrLinear layer, String name, int absent) {
        Parameter parameter = layer.getDirectParameters().get(name);
        return parameter == null
                ? new double[absent]
                : RescalingOracle.doubles(parameter.getArray().toFloatArray());
    }

    private static void scramble(RlrrLinear layer) {
        SplittableRandom random = new SplittableRandom(3);
        for (Parameter parameter : layer.getDirectParameters().values()) {
            if (parameter.requiresGradient()) {
                int size = (int) parameter.getShape().size();
                Fixtures.set(parameter.getArray(), Fixtures.normal(random, size, 0.7));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theOutputFollowsTheEquation(Case c) {
        Linear linear = Fixtures.linear(manager, 1, 4, 5, true);
        try (RlrrLinear layer = RlrrLinear.of(linear, c.config().build())) {
            scramble(layer);
            double[] w = tensor(layer, "weight", 0);
            double[] effective =
                    RescalingOracle.weight(
                            c,
                            w,
                            5,
                            4,
                            tensor(layer, "scale_left", 4),
                            tensor(layer, "scale_right", 5));
            double[] b = tensor(layer, "bias", 0);
            double[] f = tensor(layer, "shift", 0);
            float[] actual = Fixtures.run(layer, manager, BATCH, X);
            for (int n = 0; n < 3; n++) {
                for (int o = 0; o < 5; o++) {
                    double y = b[o] + f[o];
                    for (int i = 0; i < 4; i++) {
                        y += effective[o * 4 + i] * X[n * 4 + i];
                    }
                    assertThat((double) actual[n * 5 + o]).isCloseTo(y, within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theMergedLayerEqualsIt(boolean bias) {
        Linear linear = Fixtures.linear(manager, 1, 4, 5, bias);
        RlrrConfig config = RlrrConfig.builder().rank(2).build();
        try (RlrrLinear layer = RlrrLinear.of(linear, config)) {
            scramble(layer);
            Linear merged = layer.merged(manager);
            assertThat(Fixtures.run(merged, manager, BATCH, X))
                    .containsExactly(Fixtures.run(layer, manager, BATCH, X), within(1e-5f));
        }
    }

    @Test
    void mergingChangesNothing() {
        Linear linear = Fixtures.linear(manager, 1, 4, 5, true);
        try (RlrrLinear layer = RlrrLinear.of(linear, RlrrConfig.published())) {
            Map<String, List<Integer>> before = Fixtures.bits(layer);
            layer.merged(manager);
            assertThat(Fixtures.bits(layer)).isEqualTo(before);
        }
    }

    @Test
    void aMergedValueThatIsNotFiniteIsRefused() {
        Linear linear = Fixtures.linear(manager, 1, 4, 5, true);
        try (RlrrLinear layer = RlrrLinear.of(linear, RlrrConfig.published())) {
            Fixtures.set(
                    layer.getDirectParameters().get("shift").getArray(), 0, 0, Float.NaN, 0, 0);
            assertThatThrownBy(() -> layer.merged(manager))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("bias is not finite");
        }
    }

    @Test
    void anUninitializedLayerIsRefused() {
        Linear linear = Linear.builder().setUnits(3).build();
        assertThatThrownBy(() -> RlrrLinear.of(linear, RlrrConfig.published()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not initialized");
    }

    private SequentialBlock network(RlrrLinear layer) {
        SequentialBlock network =
                new SequentialBlock()
                        .add(layer)
                        .add(Activation.reluBlock())
                        .add(Linear.builder().setUnits(3).build());
        network.initialize(manager, DataType.FLOAT32, BATCH);
        return network;
    }

    @Test
    void trainingInDjlsTrainerLowersTheLossAndKeepsTheFrozenLayer() {
        Linear linear = Fixtures.linear(manager, 1, 4, 8, true);
        Map<String, List<Integer>> before = Fixtures.bits(linear);
        try (RlrrLinear layer = RlrrLinear.of(linear, RlrrConfig.published());
                Model model = DjlTraining.model(network(layer))) {
            double[] losses = DjlTraining.train(model, DjlTraining.examples(new Shape(4)), 40);
            assertThat(DjlTraining.end(losses)).isLessThan(0.7 * DjlTraining.start(losses));
            assertThat(Fixtures.bits(linear)).isEqualTo(before);
        }
    }

    @Test
    void aLoadedModelGivesTheSavedOnesOutputsAndStaysFrozenInTraining(@TempDir Path folder)
            throws Exception {
        Linear twin = Fixtures.linear(manager, 2, 4, 8, true);
        try (RlrrLinear layer =
                        RlrrLinear.of(
                                Fixtures.linear(manager, 1, 4, 8, true), RlrrConfig.published());
                RlrrLinear other = RlrrLinear.of(twin, RlrrConfig.published());
                Model model = DjlTraining.model(network(layer))) {
            DjlTraining.train(model, DjlTraining.examples(new Shape(4)), 2);
            try (Model loaded = DjlTraining.saveAndLoad(model, network(other), folder)) {
                assertThat(Fixtures.run(loaded.getBlock(), manager, BATCH, X))
                        .containsExactly(Fixtures.run(model.getBlock(), manager, BATCH, X));
                Map<String, List<Integer>> before = Fixtures.bits(twin);
                DjlTraining.train(loaded, DjlTraining.examples(new Shape(4)), 5);
                assertThat(Fixtures.bits(twin)).isEqualTo(before);
            }
        }
    }
}
