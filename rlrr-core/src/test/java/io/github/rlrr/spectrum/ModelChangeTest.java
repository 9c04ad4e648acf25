package io.github.rlrr.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelChangeTest {

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private static RlrrConfig.Builder rlrr() {
        return RlrrConfig.builder().targets("all-linear").scaleAndShift().fullyTrained();
    }

    private static AdaptedBlock scrambled(Block base, AdapterConfig config) {
        AdaptedBlock adapted = Rlrr.adapt(base, config);
        Fixtures.scramble(adapted, 5);
        return adapted;
    }

    private static ModelChange between(Block before, Block after) {
        return ModelChange.between(before, after, 2, (done, total) -> {});
    }

    private static List<String> paths(ModelChange change) {
        return change.layers().stream().map(LayerChange::path).toList();
    }

    private static float[] weight(Block block, String path) {
        return ModuleTree.of(block).parameters().get(path).getArray().toFloatArray();
    }

    @Test
    void theRelativeNormIsThatOfTheEquation() {
        try (AdaptedBlock adapted = scrambled(Fixtures.mlp(manager, 1), rlrr().build())) {
            float[] w = weight(adapted.base(), "fc1.weight");
            float[] left = Fixtures.tensor(adapted, "fc1.scale_left").toFloatArray();
            float[] right = Fixtures.tensor(adapted, "fc1.scale_right").toFloatArray();
            double changed = 0;
            double whole = 0;
            for (int o = 0; o < 6; o++) {
                for (int i = 0; i < 4; i++) {
                    changed += Math.pow((double) right[o] * left[i] * w[o * 4 + i], 2);
                    whole += Math.pow(w[o * 4 + i], 2);
                }
            }
            LayerChange fc1 = ModelChange.of(adapted).layers().get(0);
            assertThat(fc1.path()).isEqualTo("fc1");
            assertThat(fc1.rows()).isEqualTo(6);
            assertThat(fc1.columns()).isEqualTo(4);
            // W' is float32: a relative 1e-6.
            assertThat(fc1.relativeNorm()).isCloseTo(Math.sqrt(changed / whole), within(1e-6));
        }
    }

    @Test
    void scalingTheOutputsOfAnIdentityScalesItsSingularValuesAndTurnsNothing() {
        Linear identity = Fixtures.linear(manager, 1, 3, 3, false);
        Fixtures.set(
                identity.getDirectParameters().get("weight").getArray(), 3, 0, 0, 0, 2, 0, 0, 0, 1);
        RlrrConfig config = rlrr().sides(Sides.RIGHT).build();
        try (AdaptedBlock adapted = Rlrr.adapt(identity, config)) {
            Fixtures.set(
                    adapted.trainableTensors().iterator().next().parameter().getArray(),
                    0.5f,
                    0.25f,
                    -0.5f);
            LayerChange change = between(identity, adapted).layers().get(0);
            assertThat(change.before().values()).containsExactly(3.0, 2.0, 1.0);
            assertThat(change.after().values()).containsExactly(4.5, 2.5, 0.5);
            assertThat(change.change().values()).containsExactly(1.5, 0.5, 0.5);
            assertThat(change.outputs().largest()).isCloseTo(0, within(1e-6));
            assertThat(change.inputs().largest()).isCloseTo(0, within(1e-6));
        }
    }

    @Test
    void anAdditiveChangeHasTheRankThatWasAdded() {
        Linear wide = Fixtures.linear(manager, 1, 60, 40, true);
        RlrrConfig config = rlrr().form(Form.ADDITIVE).rank(3).build();
        try (AdaptedBlock adapted = scrambled(wide, config)) {
            LayerChange change = ModelChange.of(adapted).layers().get(0);
            assertThat(change.changeRank()).isEqualTo(3);
            // Rounding's many small values are not quite nothing.
            assertThat(change.change().effectiveRank()).isBetween(1.0, 3.01);
        }
    }

    @Test
    void aRescalingChangesEveryDirection() {
        Linear wide = Fixtures.linear(manager, 1, 60, 40, true);
        try (AdaptedBlock adapted = scrambled(wide, rlrr().build())) {
            LayerChange change = ModelChange.of(adapted).layers().get(0);
            assertThat(change.changeRank()).isEqualTo(40);
        }
    }

    @Test
    void aKernelIsTheMatrixThatRescalingSees() {
        // A product of rank 2 is added to the kernel as (out·k, in·k): no other view has rank 2.
        Conv2d convolution = Conv2d.builder().setFilters(5).setKernelShape(new Shape(3, 3)).build();
        Block base =
                Fixtures.initialized(
                        new SequentialBlock().add(convolution), manager, 3, new Shape(1, 4, 6, 6));
        RlrrConfig config =
                RlrrConfig.builder()
                        .targets("all-conv")
                        .scaleAndShift()
                        .fullyTrained()
                        .form(Form.ADDITIVE)
                        .rank(2)
                        .build();
        try (AdaptedBlock adapted = scrambled(base, config)) {
            LayerChange change = ModelChange.of(adapted).layers().get(0);
            assertThat(change.rows()).isEqualTo(15);
            assertThat(change.columns()).isEqualTo(12);
            assertThat(change.changeRank()).isEqualTo(2);
        }
    }

    @Test
    void aHeadOfItsOwnIsLeftOut() {
        RlrrConfig config = rlrr().targets("fc1").fullyTrained("head").build();
        try (AdaptedBlock adapted = scrambled(Fixtures.mlp(manager, 1), config)) {
            ModelChange change = ModelChange.of(adapted);
            assertThat(paths(change)).containsExactly("fc1");
            assertThat(change.leftOut()).containsExactly(Map.entry("head", "a head of its own"));
        }
    }

    @Test
    void fullFineTuningIsComparedButForItsHead() {
        try (AdaptedBlock adapted =
                scrambled(Fixtures.mlp(manager, 1), new FullFineTuningConfig())) {
            ModelChange change = ModelChange.of(adapted);
            assertThat(paths(change)).containsExactly("fc1");
            assertThat(change.leftOut()).containsOnlyKeys("head");
        }
    }

    @Test
    void aLinearProbeChangesNothing() {
        try (AdaptedBlock adapted =
                scrambled(Fixtures.mlp(manager, 1), new LinearProbeConfig(List.of("head")))) {
            ModelChange change = ModelChange.of(adapted);
            assertThat(change.layers()).isEmpty();
            assertThat(change.unchanged()).containsExactly("fc1");
            assertThat(change.leftOut()).containsOnlyKeys("head");
        }
    }

    @Test
    void twoAdaptersOfDifferentMethodsAreCompared() {
        Block base = Fixtures.mlp(manager, 1);
        try (AdaptedBlock first = scrambled(base, rlrr().build());
                AdaptedBlock second = scrambled(base, new FullFineTuningConfig(List.of("fc1")))) {
            LayerChange change = between(first, second).layers().get(0);
            assertThat(change.before().values())
                    .isEqualTo(ModelChange.of(first).layers().get(0).after().values());
            assertThat(change.after().values())
                    .isEqualTo(ModelChange.of(second).layers().get(0).after().values());
        }
    }

    @Test
    void twoPlainModelsAreComparedMatrixByMatrix() {
        List<String> steps = new ArrayList<>();
        ModelChange change =
                ModelChange.between(
                        Fixtures.mlp(manager, 1),
                        Fixtures.mlp(manager, 2),
                        2,
                        (done, total) -> steps.add(done + "/" + total));
        assertThat(paths(change)).containsExactly("fc1", "head");
        assertThat(change.layers().get(0).outputs().degrees()).hasSize(2);
        assertThat(steps).containsExactly("0/2", "1/2", "2/2");
    }

    @Test
    void headsOfOtherClassesAreLeftOut() {
        Block other = Fixtures.initialized(new Fixtures.Mlp(6, 7), manager, 2, new Shape(-1, 4));
        assertThat(between(Fixtures.mlp(manager, 1), other).leftOut()).containsOnlyKeys("head");
    }

    @Test
    void matricesOfZerosAreLeftOut() {
        Block zero = Fixtures.mlp(manager, 2);
        Fixtures.set(ModuleTree.of(zero).parameters().get("fc1.weight").getArray(), new float[24]);
        assertThat(between(zero, Fixtures.mlp(manager, 1)).leftOut())
                .containsExactly(Map.entry("fc1", "zero in one of the models"));
    }

    @Test
    void onlyDirectionsThatBothMatricesHaveAreCompared() {
        // Of rank 1 before, of full rank after.
        Linear before = Fixtures.linear(manager, 1, 3, 3, false);
        Fixtures.set(
                before.getDirectParameters().get("weight").getArray(), 1, 0, 0, 0, 0, 0, 0, 0, 0);
        Linear after = Fixtures.linear(manager, 2, 3, 3, false);
        assertThat(between(before, after).layers().get(0).outputs().degrees()).hasSize(1);
        assertThat(between(after, before).layers().get(0).inputs().degrees()).hasSize(1);
    }

    @Test
    void otherArchitecturesAreRefusedByName() {
        Block mlp = Fixtures.mlp(manager, 1);
        assertThatThrownBy(() -> between(mlp, Fixtures.linear(manager, 1, 4, 6, true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the second lacks [fc1, head] and has [] of its own");
        Block wider = Fixtures.initialized(new Fixtures.Mlp(8, 3), manager, 2, new Shape(-1, 4));
        assertThatThrownBy(() -> between(mlp, wider))
                .hasMessageContaining("fc1 has shape (6, 4) in the first and (8, 4)");
        assertThatThrownBy(() -> ModelChange.between(mlp, mlp, 0, (done, total) -> {}))
                .hasMessage("leading is 0, expected at least 1");
    }

    @Test
    void aWeightThatIsNotFiniteIsNamed() {
        Block broken = Fixtures.mlp(manager, 2);
        float[] values = Fixtures.normal(new SplittableRandom(1), 24, 1);
        values[3] = Float.NaN;
        Fixtures.set(ModuleTree.of(broken).parameters().get("fc1.weight").getArray(), values);
        assertThatThrownBy(() -> between(Fixtures.mlp(manager, 1), broken))
                .hasMessageStartingWith("fc1: an entry is NaN");
    }

    @Test
    void noArrayStaysAllocated() {
        try (AdaptedBlock adapted = scrambled(Fixtures.mlp(manager, 1), rlrr().build())) {
            Fixtures.Alive before = Fixtures.alive();
            ModelChange.of(adapted);
            assertThat(Fixtures.alive()).isEqualTo(before);
        }
    }
}
