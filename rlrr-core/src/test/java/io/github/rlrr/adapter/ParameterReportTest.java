package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.BiasTuningConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.RlrrConfig;
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
        assertThat(report.toString()).contains("left, since no target selects them: norm");
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
    void aParameterOfNoModuleThatCanBeAdaptedIsNoted() {
        ContractNet base = ContractNet.of(manager, 1);
        try (AdaptedBlock adapted = Rlrr.adapt(base, new BiasTuningConfig());
                AdaptedBlock whole = Rlrr.adapt(base, new FullFineTuningConfig())) {
            assertThat(adapted.parameterReport().notes())
                    .containsExactly("no linear layer, norm or convolution, so left: offset");
            assertThat(whole.parameterReport().notes()).isEmpty();
        }
    }

    @Test
    void theAdaptedBlockPrintsEveryModuleAndWhatItGets() {
        RlrrConfig config =
                RlrrConfig.builder().targets("fc1", "conv").scaleAndShift("norm").build();
        try (AdaptedBlock adapted = Rlrr.adapt(ContractNet.of(manager, 1), config)) {
            assertThat(adapted.toString().lines().map(l -> l.replaceAll(" +", " ")).toList())
                    .containsExactly(
                            "ContractNet (3, 2, 3, 3), adapted: rlrr",
                            "offset parameter (1, 4): no linear layer, norm or convolution",
                            "conv convolution (2, 2, 3, 3) + bias <- Rescaling: scale_left (1, 6),"
                                    + " scale_right (6, 1), shift (2)",
                            "fc1 linear (4, 18) + bias <- Rescaling: scale_left (1, 18),"
                                    + " scale_right (4, 1), shift (4)",
                            "fc2 linear (4, 18) + bias: no target selects it",
                            "fc10 linear (4, 4) + bias: no target selects it",
                            "norm norm (4) + bias <- ScaleAndShift: scale (4), shift (4)",
                            "head linear (3, 4) + bias <- Replacement: weight (3, 4), bias (3)");
        }
        try (AdaptedBlock whole =
                Rlrr.adapt(ContractNet.of(manager, 1), new FullFineTuningConfig())) {
            assertThat(whole.toString()).contains("(1, 4) <- Replacement: offset (1, 4)");
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
