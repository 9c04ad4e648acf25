package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.translate.NoopTranslator;
import ai.djl.util.PairList;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.RlrrConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdaptedBlockTest {

    private static final Shape BATCH = new Shape(3, 4);
    private static final float[] X = Fixtures.normal(new SplittableRandom(9), 12, 1);
    private static final RlrrConfig CONFIG =
            RlrrConfig.builder().targets("all-linear").scaleAndShift("all-norm").build();

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void theHeadTheNormAndTheLinearLayersAreAdapted() {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            assertThat(Fixtures.names(adapted))
                    .containsExactlyInAnyOrder(
                            "fc1.scale_left",
                            "fc1.scale_right",
                            "fc1.shift",
                            "norm.scale",
                            "norm.shift",
                            "head.weight",
                            "head.bias");
        }
    }

    @Test
    void theBaseIsFrozen() {
        Fixtures.Mlp base = Fixtures.mlp(manager, 1);
        try (AdaptedBlock adapted = Rlrr.adapt(base, CONFIG)) {
            assertThat(adapted.base()).isSameAs(base);
            base.getParameters()
                    .values()
                    .forEach(
                            p -> {
                                assertThat(p.requiresGradient()).isFalse();
                                assertThat(p.getArray().hasGradient()).isFalse();
                            });
        }
    }

    @Test
    void shapesAreTheBases() {
        Fixtures.Mlp base = Fixtures.mlp(manager, 1);
        try (AdaptedBlock adapted = Rlrr.adapt(base, CONFIG)) {
            assertThat(adapted.isInitialized()).isTrue();
            assertThat(adapted.getInputShapes()).containsExactly(base.getInputShapes());
            assertThat(adapted.getOutputShapes(new Shape[] {BATCH}))
                    .containsExactly(new Shape(3, 3));
        }
    }

    @Test
    void anUninitializedBaseIsRefused() {
        Fixtures.Mlp base = new Fixtures.Mlp(6, 3);
        assertThatThrownBy(() -> Rlrr.adapt(base, CONFIG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the base is not initialized: parameter \"fc1.weight\"");
    }

    @Test
    void aBlockWithoutParametersIsRefused() {
        SequentialBlock base = new SequentialBlock();
        base.addSingleton(NDArray::tanh);
        assertThatThrownBy(() -> Rlrr.adapt(base, CONFIG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the block has no parameters to adapt");
    }

    @Test
    void anAdaptedBlockIsNotAdaptedAgain() {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            assertThatThrownBy(() -> Rlrr.adapt(adapted, CONFIG))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("already adapted")
                    .hasMessageContaining("not nested");
        }
    }

    @Test
    void anAdaptedBlockInsideTheBaseIsFound() {
        Linear linear = Fixtures.linear(manager, 1, 4, 4, true);
        try (RlrrLinear inner = RlrrLinear.of(linear, CONFIG)) {
            SequentialBlock base = new SequentialBlock();
            base.add(inner).add(Linear.builder().setUnits(2).build());
            base.initialize(manager, DataType.FLOAT32, BATCH);
            assertThatThrownBy(() -> Rlrr.adapt(base, CONFIG))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("already adapted at \"RlrrLinear\"");
        }
    }

    @Test
    void twoAdaptersShareABaseWithoutSeeingEachOther() {
        Fixtures.Mlp base = Fixtures.mlp(manager, 1);
        try (AdaptedBlock one = Rlrr.adapt(base, CONFIG);
                AdaptedBlock two = Rlrr.adapt(base, CONFIG)) {
            Fixtures.scramble(one, 2);
            float[] before = Fixtures.run(one, manager, BATCH, X);
            Fixtures.scramble(two, 3);
            Fixtures.run(two, manager, BATCH, X);
            assertThat(Fixtures.run(one, manager, BATCH, X)).containsExactly(before);
            assertThat(Fixtures.run(two, manager, BATCH, X)).isNotEqualTo(before);
        }
    }

    @Test
    void closingTheAdapterLeavesTheBaseUsable() {
        Fixtures.Mlp base = Fixtures.mlp(manager, 1);
        float[] before = Fixtures.run(base, manager, BATCH, X);
        Rlrr.adapt(base, CONFIG).close();
        assertThat(Fixtures.run(base, manager, BATCH, X)).containsExactly(before);
    }

    @Test
    void anAdapterThatCannotBeMadeLeavesNothingAllocated() {
        Fixtures.Mlp base = Fixtures.mlp(manager, 1);
        Fixtures.Alive before = Fixtures.alive();
        RlrrConfig config =
                RlrrConfig.builder()
                        .rank(4)
                        .targets("fc1", "head")
                        .scaleAndShift()
                        .fullyTrained()
                        .build();
        assertThatThrownBy(() -> Rlrr.adapt(base, config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rank is 4, but head has the shape (3, 6)");
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    /** Reads its weight past the store. */
    private static final class Capturing extends AbstractBlock {

        private final Linear seen = addChildBlock("seen", Linear.builder().setUnits(4).build());
        private final Linear hidden = addChildBlock("hidden", Linear.builder().setUnits(4).build());

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDList first = seen.forward(store, inputs, training);
            NDArray weight = hidden.getDirectParameters().get("weight").getArray();
            return Linear.linear(first.head(), weight);
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            seen.initialize(manager, type, shapes);
            hidden.initialize(manager, type, shapes);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return shapes;
        }
    }

    @Test
    void aParameterThatIsNeverReadThroughTheStoreIsAnErrorThatNamesIt() {
        Capturing base = Fixtures.initialized(new Capturing(), manager, 1, BATCH);
        RlrrConfig config = RlrrConfig.builder().scaleAndShift().fullyTrained().build();
        try (AdaptedBlock adapted = Rlrr.adapt(base, config)) {
            assertThatThrownBy(() -> Fixtures.run(adapted, manager, BATCH, X))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("never read the parameters of [hidden]");
        }
    }

    @Test
    void forwardsLeaveNoArrayAndNoManagerBehind() {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            Fixtures.run(adapted, manager, BATCH, X);
            Fixtures.Alive before = Fixtures.alive();
            for (int i = 0; i < 20; i++) {
                Fixtures.run(adapted, manager, BATCH, X);
            }
            assertThat(Fixtures.alive()).isEqualTo(before);
        }
    }

    @Test
    void aPredictorGivesWhatAForwardGives() throws Exception {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG);
                Model model = Model.newInstance("model", Device.cpu(), "PyTorch")) {
            Fixtures.scramble(adapted, 2);
            model.setBlock(adapted);
            try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
                NDList output = predictor.predict(new NDList(manager.create(X, BATCH)));
                assertThat(output.head().toFloatArray())
                        .containsExactly(Fixtures.run(adapted, manager, BATCH, X));
            }
        }
    }

    @Test
    void aModelThatNoTrainerHasSeenIsSavedByDjlAndLoaded(@TempDir Path folder) throws Exception {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG);
                AdaptedBlock other = Rlrr.adapt(Fixtures.mlp(manager, 2), CONFIG);
                Model model = DjlTraining.model(adapted)) {
            Fixtures.scramble(adapted, 2);
            try (Model loaded = DjlTraining.saveAndLoad(model, other, folder)) {
                assertThat(Fixtures.run(loaded.getBlock(), manager, BATCH, X))
                        .containsExactly(Fixtures.run(adapted, manager, BATCH, X));
            }
        }
    }

    @Test
    void forwardsFromFourThreadsGiveEqualResults() throws Exception {
        try (AdaptedBlock adapted = Rlrr.adapt(Fixtures.mlp(manager, 1), CONFIG)) {
            Fixtures.scramble(adapted, 2);
            float[] expected = Fixtures.run(adapted, manager, BATCH, X);
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                List<Callable<float[]>> calls = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    calls.add(() -> Fixtures.run(adapted, manager, BATCH, X));
                }
                for (Future<float[]> result : pool.invokeAll(calls)) {
                    assertThat(result.get()).containsExactly(expected);
                }
            } finally {
                pool.shutdown();
            }
        }
    }
}
