package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.TrainableTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingHookTest {

    @TempDir Path folder;

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** Does nothing; its children do one thing each. */
    private static class Named implements TrainingHook {
        private final String name;
        AdaptedBlock block;

        Named(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Map<String, NDArray> begin(AdaptedBlock begun, NDManager on) {
            block = begun;
            return Map.of();
        }
    }

    /** Remembers the gradients of the steps, and what the tensors were then. */
    private static final class Seen extends Named {
        final List<Map<String, float[]>> gradients = new ArrayList<>();
        final List<Map<String, float[]>> values = new ArrayList<>();
        final List<Place> places = new ArrayList<>();

        Seen() {
            super("seen");
        }

        @Override
        public void afterBackward(Place place, Map<String, NDArray> now) {
            places.add(place);
            Map<String, float[]> read = new HashMap<>();
            now.forEach((name, gradient) -> read.put(name, gradient.toFloatArray()));
            gradients.add(read);
            values.add(TrainingHookTest.values(block));
        }
    }

    /** ½·λ·Σθ². */
    private static final class SquaredNorm extends Named {
        private final float factor;

        SquaredNorm(float factor) {
            super("l2");
            this.factor = factor;
        }

        @Override
        public Map<String, Object> settings() {
            return Map.of("factor", factor);
        }

        @Override
        public NDArray term(Place place, NDArray inputs, NDArray outputs) {
            NDArray sum = null;
            for (TrainableTensor tensor : block.trainableTensors()) {
                NDArray value = tensor.parameter().getArray();
                NDArray square = value.mul(value).sum().mul(factor / 2);
                sum = sum == null ? square : sum.add(square);
            }
            return sum;
        }
    }

    /** Adds up what a step's gradients were, and moves them by it: it lasts from step to step. */
    private static final class Drift extends Named {
        private NDArray sum;

        Drift() {
            super("drift");
        }

        @Override
        public Map<String, NDArray> begin(AdaptedBlock begun, NDManager on) {
            sum = on.zeros(new Shape(), DataType.FLOAT32);
            return Map.of("sum", sum);
        }

        @Override
        public void afterBackward(Place place, Map<String, NDArray> gradients) {
            for (NDArray gradient : gradients.values()) {
                sum.addi(gradient.sum());
                gradient.addi(sum);
            }
        }
    }

    private static Map<String, float[]> values(AdaptedBlock block) {
        Map<String, float[]> values = new HashMap<>();
        for (TrainableTensor tensor : block.trainableTensors()) {
            values.put(tensor.name(), tensor.parameter().getArray().toFloatArray());
        }
        return values;
    }

    private static FineTuner.Builder run(AdaptedBlock adapted, Path state) {
        return ResumableRun.builder(adapted, state, 5);
    }

    private Map<String, List<Integer>> trained(Path state, TrainingHook... hooks) {
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            FineTuner.Builder builder = run(adapted, state);
            for (TrainingHook hook : hooks) {
                builder.hook(hook);
            }
            builder.build().fit();
            return Fixtures.trainedBits(adapted);
        }
    }

    @Test
    void hooksThatDoNothingChangeNoBit() {
        Map<String, List<Integer>> without = trained(folder.resolve("without"));
        Map<String, List<Integer>> with =
                trained(folder.resolve("with"), new Named("first"), new Seen());
        assertThat(with).isEqualTo(without);
    }

    @Test
    void aTermOfTheLossAddsItsGradientWhateverTheBatchesOfAStep() {
        float factor = 0.5f;
        Seen without = new Seen();
        Seen with = new Seen();
        SquaredNorm term = new SquaredNorm(factor);
        for (boolean added : new boolean[] {false, true}) {
            try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
                FineTuner.Builder builder =
                        run(adapted, folder.resolve("term" + added)).accumulation(3).steps(1);
                (added ? builder.hook(term).hook(with) : builder.hook(without)).build().fit();
            }
        }
        assertThat(with.gradients).hasSize(1);
        Map<String, float[]> plain = without.gradients.get(0);
        Map<String, float[]> start = without.values.get(0);
        with.gradients
                .get(0)
                .forEach(
                        (name, gradient) -> {
                            for (int i = 0; i < gradient.length; i++) {
                                // ∂(½·λ·θ²)/∂θ = λ·θ; rounding of sums over three batches.
                                double expected =
                                        plain.get(name)[i] + (double) factor * start.get(name)[i];
                                assertThat((double) gradient[i])
                                        .as(name)
                                        .isCloseTo(expected, within(1e-6));
                            }
                        });
    }

    @Test
    void aTensorWhoseGradientIsMaskedStaysAsItIs() {
        TrainingHook mask =
                new Named("mask") {
                    @Override
                    public void afterBackward(Place place, Map<String, NDArray> gradients) {
                        gradients.forEach(
                                (name, gradient) -> {
                                    if (!name.startsWith("3.")) {
                                        gradient.muli(0);
                                    }
                                });
                    }
                };
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            Map<String, float[]> before = values(adapted);
            run(adapted, folder.resolve("mask")).weightDecay(0).hook(mask).build().fit();
            List<String> moved = new ArrayList<>();
            values(adapted)
                    .forEach(
                            (name, now) -> {
                                if (!java.util.Arrays.equals(now, before.get(name))) {
                                    moved.add(name);
                                }
                            });
            assertThat(moved).isNotEmpty().allMatch(name -> name.startsWith("3."));
        }
    }

    @Test
    void aHookThatKeepsStateGoesOnAsIfTheRunHadNeverStopped() {
        Map<String, List<Integer>> whole = trained(folder.resolve("whole"), new Drift());
        assertThat(whole).isNotEqualTo(trained(folder.resolve("plain")));
        Path state = folder.resolve("state");
        int[] asked = new int[1];
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            run(adapted, state).hook(new Drift()).stopWhen(() -> ++asked[0] == 10).build().fit();
        }
        assertThat(trained(state, new Drift())).isEqualTo(whole);
    }

    @Test
    void theStateOfARunWithOtherHooksIsRefusedByTheirNames() {
        trained(folder.resolve("with"), new SquaredNorm(0.5f));
        trained(folder.resolve("without"));
        assertThatThrownBy(() -> trained(folder.resolve("with")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("hook l2 was {\"factor\":0.5}, now there is none");
        assertThatThrownBy(() -> trained(folder.resolve("with"), new SquaredNorm(1)))
                .hasMessageContaining("hook l2 was {\"factor\":0.5}, now {\"factor\":1.0}");
        assertThatThrownBy(() -> trained(folder.resolve("without"), new Drift()))
                .hasMessageContaining("hook drift was none, now {}")
                .hasMessageContaining("hook.drift.sum was not there");
    }

    @Test
    void twoHooksOfOneNameAreRefused() {
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            FineTuner.Builder builder =
                    run(adapted, folder).hook(new Named("a")).hook(new Named("a"));
            assertThatThrownBy(builder::build)
                    .hasMessage("two hooks are named \"a\", expected one");
        }
    }

    @Test
    void aPlaceCountsStepsAndEveryHookDrawsFromASeedOfItsOwn() {
        Seen seen = new Seen();
        trained(folder.resolve("places"), seen);
        assertThat(seen.places.get(0).step()).isEqualTo(1);
        assertThat(seen.places).hasSize((int) seen.places.get(0).steps());
        assertThat(seen.places.stream().map(TrainingHook.Place::seed)).doesNotHaveDuplicates();
    }
}
