package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.github.rlrr.Fixtures;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The net has 4·6 + 6 + 6 + 6 frozen parameters and 6·3 + 3 in its head. */
class ParameterReportTest {

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private ParameterReport report(RlrrConfig.Builder config) {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), config.build())) {
            return adapted.parameterReport();
        }
    }

    @Test
    void trainedReplacedAndFrozenParametersAreCountedApart() {
        ParameterReport report = report(RlrrConfig.builder().rank(2).scaleAndShift("all-norm"));
        // (4 + 6)·2 + 6 of fc1, 6 + 6 of the norm.
        assertThat(report.adapter()).isEqualTo(26 + 12);
        assertThat(report.replaced()).isEqualTo(21);
        assertThat(report.frozen()).isEqualTo(42);
        assertThat(report.trainable()).isEqualTo(59);
        assertThat(report.all()).isEqualTo(101);
    }

    @Test
    void theFirstLineIsPefts() {
        ParameterReport report =
                new ParameterReport(300_000, 17_221, 85_000_000, Map.of(), List.of(), List.of());
        assertThat(report.toString().lines().findFirst())
                .contains(
                        "trainable params: 317,221 || all params: 85,317,221 || trainable%: 0.3718");
    }

    @Test
    void modulesAreCountedByWhatTheyGet() {
        ParameterReport report = report(RlrrConfig.builder().scaleAndShift("all-norm"));
        assertThat(report.adaptedModules())
                .containsOnly(
                        Map.entry("Replacement of linear", 1),
                        Map.entry("ScaleAndShift of norm", 1),
                        Map.entry("Rescaling of linear", 1));
    }

    @Test
    void whatCouldBeAdaptedAndIsNotIsListed() {
        ParameterReport report = report(RlrrConfig.builder().targets("fc1").scaleAndShift());
        assertThat(report.untouched()).containsExactly("norm");
        assertThat(report.toString()).contains("left as they are: norm");
    }

    @Test
    void aBiasThatIsMissingIsNoted() {
        Linear linear = Fixtures.linear(manager, 1, 4, 3, false);
        Fixtures.Named base = new Fixtures.Named().child("fc", linear);
        Fixtures.initialized(base, manager, 1, new Shape(1, 4));
        RlrrConfig config = RlrrConfig.builder().scaleAndShift().fullyTrained().build();
        try (AdaptedBlock adapted = Rlrr.adapt(base, config)) {
            assertThat(adapted.parameterReport().notes())
                    .containsExactly("no bias, so no shift: fc");
        }
    }

    @Test
    void sharedModulesAreNoted() {
        Linear linear = Fixtures.linear(manager, 1, 4, 4, true);
        Fixtures.Named base = new Fixtures.Named().child("a", linear).child("b", linear);
        Fixtures.initialized(base, manager, 1, new Shape(1, 4));
        RlrrConfig config = RlrrConfig.builder().scaleAndShift().fullyTrained().build();
        try (AdaptedBlock adapted = Rlrr.adapt(base, config)) {
            assertThat(adapted.parameterReport().notes()).containsExactly("b is tied to a");
            assertThat(adapted.parameterReport().frozen()).isEqualTo(20);
        }
    }
}
