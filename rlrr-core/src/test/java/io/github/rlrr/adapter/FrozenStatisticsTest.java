package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batch norm's statistics stay the base's where a configuration says so, in training too. */
class FrozenStatisticsTest {

    private static final Shape IMAGES = new Shape(2, 6, 6);
    private static final Shape BATCH = new Shape(DjlTraining.BATCH).addAll(IMAGES);
    private static final RlrrConfig OWN =
            RlrrConfig.builder()
                    .initialisation(Initialisation.IDENTITY)
                    .targets("all-conv")
                    .scaleAndShift("all-norm")
                    .fullyTrained("Linear")
                    .build();

    private final NDManager manager = Fixtures.manager();

    @BeforeEach
    void seed() {
        TorchRuntime.seed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Block net(long seed) {
        SequentialBlock net =
                new SequentialBlock()
                        .add(Conv2d.builder().setFilters(5).setKernelShape(new Shape(3, 3)).build())
                        .add(BatchNorm.builder().build())
                        .add(Activation.reluBlock())
                        .add(Blocks.batchFlattenBlock())
                        .add(Linear.builder().setUnits(3).build());
        return Fixtures.initialized(net, manager, seed, BATCH);
    }

    private float[] examples() {
        return DjlTraining.examples(IMAGES).apply(manager).head().toFloatArray();
    }

    private float[] run(Block block) {
        return Fixtures.run(block, manager, BATCH, examples());
    }

    /** The output of a forward that trains, with or without labels. */
    private float[] train(Block block, boolean labelled) {
        NDList x = new NDList(manager.create(examples(), BATCH));
        ParameterStore store = new ParameterStore(manager, false);
        NDList labels = new NDList(manager.zeros(new Shape(DjlTraining.BATCH)));
        NDList y = labelled ? block.forward(store, x, labels, null) : block.forward(store, x, true);
        return y.head().toFloatArray();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTrainingForwardNormalisesWithTheBasesStatistics(boolean labelled) {
        Block base = net(1);
        float[] evaluated = run(base);
        try (AdaptedBlock frozen = Rlrr.adapt(base, OWN.withFrozenStatistics());
                AdaptedBlock own = Rlrr.adapt(base, OWN)) {
            // The same arithmetic on the same numbers.
            assertThat(train(frozen, labelled)).containsExactly(evaluated);
            assertThat(train(own, labelled)).isNotEqualTo(evaluated);
        }
    }

    @Test
    void outputAndGradientsAreThoseOfTheStoredStatistics() {
        int channels = 3;
        int rows = 5;
        BatchNorm norm = BatchNorm.builder().build();
        Shape shape = new Shape(rows, channels);
        Fixtures.initialized(norm, manager, 1, shape);
        RlrrConfig config =
                RlrrConfig.builder().targets().scaleAndShift("all-norm").fullyTrained().build();
        float[] x = Fixtures.normal(new SplittableRandom(3), rows * channels, 2);
        float[] w = Fixtures.normal(new SplittableRandom(4), rows * channels, 1);
        Map<String, NDArray> of = new HashMap<>();
        norm.getDirectParameters().forEach(p -> of.put(p.getKey(), p.getValue().getArray()));
        try (AdaptedBlock adapted = Rlrr.adapt(norm, config.withFrozenStatistics())) {
            Fixtures.scramble(adapted, 2);
            float[] s = Fixtures.tensor(adapted, "scale").toFloatArray();
            float[] t = Fixtures.tensor(adapted, "shift").toFloatArray();
            float[] y;
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                ParameterStore store = new ParameterStore(manager, false);
                NDArray out =
                        adapted.forward(store, new NDList(manager.create(x, shape)), true).head();
                y = out.toFloatArray();
                collector.backward(out.mul(manager.create(w, shape)).sum());
            }
            double[] scaleGradient = new double[channels];
            double[] shiftGradient = new double[channels];
            for (int i = 0; i < y.length; i++) {
                int c = i % channels;
                double deviation = Math.sqrt(at(of, "runningVar", c) + 1e-5);
                double normed = (x[i] - at(of, "runningMean", c)) / deviation;
                double plain = normed * at(of, "gamma", c) + at(of, "beta", c);
                // float32 rounding of values up to about 10.
                assertThat((double) y[i]).isCloseTo(plain * s[c] + t[c], within(1e-5));
                scaleGradient[c] += w[i] * plain;
                shiftGradient[c] += w[i];
            }
            float[] ds = Fixtures.tensor(adapted, "scale").getGradient().toFloatArray();
            float[] dt = Fixtures.tensor(adapted, "shift").getGradient().toFloatArray();
            for (int c = 0; c < channels; c++) {
                assertThat((double) ds[c]).isCloseTo(scaleGradient[c], within(1e-4));
                assertThat((double) dt[c]).isCloseTo(shiftGradient[c], within(1e-4));
            }
        }
    }

    private static double at(Map<String, NDArray> of, String name, int channel) {
        return of.get(name).getFloat(channel);
    }

    @Test
    void trainingLowersTheLossMovesTheAdapterAndNothingOfTheBase() {
        Block base = net(1);
        Map<String, List<Integer>> before = Fixtures.bits(base);
        try (AdaptedBlock adapted = Rlrr.adapt(base, OWN.withFrozenStatistics());
                Model model = DjlTraining.model(adapted)) {
            assertThat(adapted.getDirectParameters().keys())
                    .containsExactlyElementsOf(Fixtures.names(adapted));
            Map<String, List<Integer>> start = Fixtures.trainedBits(adapted);
            double[] losses = DjlTraining.train(model, DjlTraining.examples(IMAGES), 80);
            assertThat(DjlTraining.end(losses)).isLessThan(0.7 * DjlTraining.start(losses));
            Fixtures.trainedBits(adapted)
                    .forEach((name, bits) -> assertThat(bits).isNotEqualTo(start.get(name)));
            assertThat(Fixtures.bits(base)).isEqualTo(before);
        }
    }

    @Test
    void aForwardThatEvaluatesIsTheSameUnderBothPolicies() {
        Block base = net(1);
        try (AdaptedBlock frozen = Rlrr.adapt(base, OWN.withFrozenStatistics());
                AdaptedBlock own = Rlrr.adapt(base, OWN)) {
            Fixtures.scramble(frozen, 2);
            Fixtures.scramble(own, 2);
            assertThat(run(frozen)).containsExactly(run(own));
        }
    }

    @Test
    void thePolicyIsSavedWithTheAdapterAndNoStatisticsAre(@TempDir Path folder) throws Exception {
        Block base = net(1);
        try (AdaptedBlock adapted = Rlrr.adapt(base, OWN.withFrozenStatistics())) {
            Fixtures.scramble(adapted, 2);
            adapted.save(folder, new AdapterMetadata());
            assertThat(AdapterFolder.describe(folder).config())
                    .isEqualTo(OWN.withFrozenStatistics());
            try (AdaptedBlock loaded = Rlrr.load(base, folder)) {
                assertThat(loaded.config().freezesStatistics()).isTrue();
                assertThat(run(loaded)).containsExactly(run(adapted));
                assertThat(train(loaded, false)).containsExactly(run(adapted));
            }
        }
    }

    @Test
    void aFolderThatSaysNothingOfStatisticsHasTheAdaptersOwn(@TempDir Path folder)
            throws Exception {
        try (AdaptedBlock adapted = Rlrr.adapt(net(1), OWN)) {
            adapted.save(folder, new AdapterMetadata());
        }
        assertThat(Files.readString(folder.resolve(AdapterFolder.CONFIG_FILE)))
                .doesNotContain("running_statistics");
        assertThat(AdapterFolder.describe(folder).config()).isEqualTo(OWN);
    }

    @Test
    void anotherPolicyInAFileIsRefused(@TempDir Path folder) throws Exception {
        try (AdaptedBlock adapted = Rlrr.adapt(net(1), OWN.withFrozenStatistics())) {
            adapted.save(folder, new AdapterMetadata());
        }
        Path file = folder.resolve(AdapterFolder.CONFIG_FILE);
        Files.writeString(file, Files.readString(file).replace("\"frozen\"", "\"thawed\""));
        assertThatThrownBy(() -> AdapterFolder.describe(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "running_statistics is \"thawed\", expected \"frozen\" or no such key");
    }

    @Test
    void frozenStatisticsBelongToTheBaseThatAnAdapterFits(@TempDir Path folder) throws Exception {
        Block base = net(1);
        try (AdaptedBlock frozen = Rlrr.adapt(base, OWN.withFrozenStatistics());
                AdaptedBlock own = Rlrr.adapt(base, OWN)) {
            frozen.save(folder.resolve("frozen"), new AdapterMetadata());
            own.save(folder.resolve("own"), new AdapterMetadata());
        }
        Block moved = net(1);
        Fixtures.set(
                Rlrr.tree(moved).parameters().get("BatchNorm.runningMean").getArray(),
                1,
                2,
                3,
                4,
                5);
        Rlrr.load(moved, folder.resolve("own")).close();
        assertThatThrownBy(() -> Rlrr.load(moved, folder.resolve("frozen")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was trained on another base");
    }

    @Test
    void aMergedModelHasTheBasesStatistics() {
        Block base = net(1);
        Block plain = net(2);
        try (AdaptedBlock adapted = Rlrr.adapt(base, OWN.withFrozenStatistics())) {
            Fixtures.scramble(adapted, 2);
            adapted.mergeInto(plain);
            // Rounding of the effective values is the same: they are computed the same way.
            assertThat(run(plain)).containsExactly(run(adapted));
        }
    }

    /** Runs what is in it in training mode, whatever it is told. */
    private static final class Stubborn extends AbstractBlock {

        private final Block norm = addChildBlock("norm", BatchNorm.builder().build());

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            return norm.forward(store, inputs, true);
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            norm.initialize(manager, type, shapes);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return shapes;
        }
    }

    @Test
    void aBlockThatTrainsItsBatchNormWhateverItIsToldIsRefusedAndNamed() {
        Stubborn base = Fixtures.initialized(new Stubborn(), manager, 1, BATCH);
        Map<String, List<Integer>> before = Fixtures.bits(base);
        RlrrConfig config =
                RlrrConfig.builder().targets().scaleAndShift("all-norm").fullyTrained().build();
        try (AdaptedBlock adapted = Rlrr.adapt(base, config.withFrozenStatistics())) {
            assertThatThrownBy(() -> train(adapted, false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("norm.runningMean is frozen")
                    .hasMessageContaining("must pass on the mode it is given");
            assertThat(Fixtures.bits(base)).isEqualTo(before);
        }
    }

    @Test
    void aBaseWithoutBatchNormStillDropsOutInTraining() {
        SequentialBlock base =
                new SequentialBlock()
                        .add(Blocks.batchFlattenBlock())
                        .add(Dropout.builder().optRate(0.5f).build())
                        .add(Linear.builder().setUnits(3).build());
        Fixtures.initialized(base, manager, 1, BATCH);
        LinearProbeConfig config = new LinearProbeConfig(List.of("Linear"));
        try (AdaptedBlock adapted = Rlrr.adapt(base, config.withFrozenStatistics())) {
            assertThat(train(adapted, false)).isNotEqualTo(run(adapted));
            assertThat(adapted.parameterReport().notes()).isEmpty();
        }
    }

    @Test
    void theReportSaysWhatBecomesOfTheStatistics() {
        Block base = net(1);
        try (AdaptedBlock frozen = Rlrr.adapt(base, OWN.withFrozenStatistics());
                AdaptedBlock own = Rlrr.adapt(base, OWN)) {
            assertThat(frozen.parameterReport().notes())
                    .containsExactly(
                            "batch norm's running statistics, 10 numbers: frozen with the base,"
                                    + " which trains without dropout then");
            assertThat(own.parameterReport().notes())
                    .containsExactly(
                            "batch norm's running statistics, 10 numbers: copies of the adapter's"
                                    + " own, saved with it");
        }
    }

    @Test
    void adaptersOfBothPoliciesAreNotCombinedAndTheCombinationHasTheirs() {
        Combination both =
                new Combination(Combination.Rule.FACTORS, Map.of("a", 0.5, "b", 0.5), "a");
        try (AdapterSet adapters = Rlrr.adapters(net(1))) {
            adapters.add("a", OWN.withFrozenStatistics());
            adapters.add("b", OWN);
            assertThatThrownBy(() -> adapters.combine("ab", both))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("differ in whether batch norm's statistics are frozen");
        }
        try (AdapterSet adapters = Rlrr.adapters(net(1))) {
            adapters.add("a", OWN.withFrozenStatistics());
            adapters.add("b", OWN.withFrozenStatistics());
            assertThat(adapters.combine("ab", both).config()).isEqualTo(OWN.withFrozenStatistics());
        }
    }
}
