package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.RescalingOracle.Case;
import io.github.rlrr.method.RlrrConfig;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MergeTest {

    private static final Shape BATCH = new Shape(3, 4);
    private static final float[] X = Fixtures.normal(new SplittableRandom(9), 12, 1);
    private static final RlrrConfig CONFIG =
            RlrrConfig.builder().targets("all-linear").scaleAndShift("all-norm").build();

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
    void theMergedBlockEqualsTheAdaptedOne(Case c) {
        RlrrConfig config = c.config().scaleAndShift("all-norm").fullyTrained("head").build();
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), config)) {
            Fixtures.scramble(adapted, 2);
            Block plain = Fixtures.mlp(manager, 3);
            adapted.mergeInto(plain);
            assertThat(Fixtures.run(plain, manager, BATCH, X))
                    .containsExactly(Fixtures.run(adapted, manager, BATCH, X), within(1e-5f));
        }
    }

    private Block convolutions(long seed) {
        SequentialBlock block =
                new SequentialBlock()
                        .add(Conv2d.builder().setFilters(5).setKernelShape(new Shape(3, 3)).build())
                        .add(BatchNorm.builder().build());
        return Fixtures.initialized(block, manager, seed, new Shape(2, 3, 4, 4));
    }

    @Test
    void convolutionsAndRunningStatisticsAreMergedToo() {
        RlrrConfig config =
                RlrrConfig.builder()
                        .rank(2)
                        .targets("all-conv")
                        .scaleAndShift("all-norm")
                        .fullyTrained()
                        .build();
        Shape shape = new Shape(2, 3, 4, 4);
        float[] x = Fixtures.normal(new SplittableRandom(9), 96, 1);
        try (AdaptedBlock adapted = Rlrr.adapt(convolutions(1), config)) {
            Fixtures.scramble(adapted, 2);
            Fixtures.set(
                    adapted.getDirectParameters().get("BatchNorm.runningMean").getArray(),
                    1,
                    2,
                    3,
                    4,
                    5);
            Block plain = convolutions(3);
            adapted.mergeInto(plain);
            assertThat(Fixtures.run(plain, manager, shape, x))
                    .containsExactly(Fixtures.run(adapted, manager, shape, x), within(1e-5f));
        }
    }

    private static long values(Block block) {
        return block.getParameters().values().stream().mapToLong(p -> p.getArray().size()).sum();
    }

    @Test
    void theMergedBlockIsSmallerByTheAdapterAndOutlivesIt() {
        Block plain = Fixtures.mlp(manager, 3);
        float[] unmerged;
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            Fixtures.scramble(adapted, 2);
            unmerged = Fixtures.run(adapted, manager, BATCH, X);
            adapted.mergeInto(plain);
            long trained =
                    adapted.trainableTensors().stream()
                            .mapToLong(t -> t.parameter().getArray().size())
                            .sum();
            assertThat(values(plain)).isEqualTo(values(adapted) - trained);
            assertThat(plain.getParameters().keys())
                    .isEqualTo(Fixtures.mlp(manager, 4).getParameters().keys());
        }
        assertThat(Fixtures.run(plain, manager, BATCH, X)).containsExactly(unmerged, within(1e-5f));
    }

    @Test
    void mergingLeavesBaseAndAdapterBitIdentical() {
        Block base = Fixtures.mlp(manager, 1);
        try (AdaptedBlock adapted = Rlrr.adapt(base, CONFIG)) {
            Map<String, List<Integer>> before = Fixtures.bits(adapted);
            adapted.mergeInto(Fixtures.mlp(manager, 3));
            assertThat(Fixtures.bits(adapted)).isEqualTo(before);
        }
    }

    @Test
    void mergingLeavesNothingAllocated() {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            Block plain = Fixtures.mlp(manager, 3);
            Fixtures.Alive before = Fixtures.alive();
            adapted.mergeInto(plain);
            assertThat(Fixtures.alive()).isEqualTo(before);
        }
    }

    @Test
    void aBaseOfAnotherTypeIsRefusedByName() {
        Linear base = Linear.builder().setUnits(3).build();
        base.initialize(manager, DataType.FLOAT64, BATCH);
        RlrrConfig config = RlrrConfig.builder().scaleAndShift().fullyTrained().build();
        assertThatThrownBy(() -> Rlrr.adapt(base, config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is float64, expected FLOAT32");
    }

    @Test
    void effectiveValuesAreOwnedByTheGivenManager() {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            Fixtures.Alive before = Fixtures.alive();
            try (NDManager own = manager.newSubManager()) {
                assertThat(adapted.effectiveValues(own)).hasSize(6);
                assertThat(own.getManagedArrays()).hasSize(6);
            }
            assertThat(Fixtures.alive()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fc1.scale_left", "fc1.shift", "norm.scale", "norm.shift", "head.bias"})
    void anyValueThatIsNotFiniteStopsTheMergeAndChangesNothing(String tensor) {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            float[] values = Fixtures.tensor(adapted, tensor).toFloatArray();
            values[values.length - 1] = Float.POSITIVE_INFINITY;
            Fixtures.set(Fixtures.tensor(adapted, tensor), values);
            Block plain = Fixtures.mlp(manager, 3);
            Map<String, List<Integer>> plainBits = Fixtures.bits(plain);
            Map<String, List<Integer>> bits = Fixtures.bits(adapted);
            assertThatThrownBy(() -> adapted.mergeInto(plain))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(tensor.substring(0, tensor.indexOf('.')))
                    .hasMessageContaining("is not finite");
            assertThat(Fixtures.bits(plain)).isEqualTo(plainBits);
            assertThat(Fixtures.bits(adapted)).isEqualTo(bits);
        }
    }

    @Test
    void aMergedValueThatIsNotFiniteIsNamedAndNothingChanges() {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            Fixtures.set(Fixtures.tensor(adapted, "norm.shift"), 0, 0, 0, Float.NaN, 0, 0);
            Block plain = Fixtures.mlp(manager, 3);
            Map<String, List<Integer>> before = Fixtures.bits(plain);
            Fixtures.Alive alive = Fixtures.alive();
            assertThatThrownBy(() -> adapted.mergeInto(plain))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("norm.beta is not finite")
                    .hasMessageContaining("nothing was merged");
            assertThat(Fixtures.bits(plain)).isEqualTo(before);
            assertThat(Fixtures.alive()).isEqualTo(alive);
        }
    }

    @Test
    void mergingIntoTheBaseItselfIsRefused() {
        Block base = Fixtures.mlp(manager, 1);
        try (AdaptedBlock adapted = Rlrr.adapt(base, CONFIG)) {
            Map<String, List<Integer>> before = Fixtures.bits(base);
            assertThatThrownBy(() -> adapted.mergeInto(base))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("adapted base itself");
            assertThat(Fixtures.bits(base)).isEqualTo(before);
        }
    }

    @Test
    void anotherArchitectureIsRefusedWithAllThatIsWrong() {
        Fixtures.Named other =
                new Fixtures.Named()
                        .child("fc1", Linear.builder().setUnits(7).build())
                        .child("extra", Linear.builder().setUnits(2).optBias(false).build());
        Fixtures.initialized(other, manager, 1, BATCH);
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            Map<String, List<Integer>> before = Fixtures.bits(other);
            assertThatThrownBy(() -> adapted.mergeInto(other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith(
                            "fc1.weight has shape (7, 4), expected (6, 4); fc1.bias has shape (7),"
                                    + " expected (6); norm.gamma is missing; norm.beta is missing;"
                                    + " head.weight is missing and 2 more");
            assertThat(Fixtures.bits(other)).isEqualTo(before);
        }
    }

    @Test
    void anUninitializedTargetIsRefused() {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            assertThatThrownBy(() -> adapted.mergeInto(new Fixtures.Mlp(6, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("fc1.weight is not initialized");
        }
    }
}
