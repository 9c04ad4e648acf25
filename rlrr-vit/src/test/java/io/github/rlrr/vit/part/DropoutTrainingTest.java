package io.github.rlrr.vit.part;

import static io.github.rlrr.vit.Parity.floats;
import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.Parity;
import io.github.rlrr.vit.VisionTransformer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models with dropout: forward, backward, adapted, merged and trained. */
class DropoutTrainingTest {

    private static final ResidualDropout BOTH = new ResidualDropout(0.3, 0.3);
    private static final int BATCH = 6;

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private float[] forward(Block block, boolean training, long seed) throws IOException {
        TorchRuntime.seed(seed);
        NDArray images = manager.create(floats("io.npz", "images"), new Shape(4, 3, 16, 16));
        ParameterStore store = new ParameterStore(manager, false);
        return block.forward(store, new NDList(images), training).head().toFloatArray();
    }

    @Test
    void rateZeroIsThePlainModelBitForBit() throws IOException {
        try (VisionTransformer vit = Parity.tiny()) {
            VisionTransformer view = vit.withDropout(new ResidualDropout(0, 0));
            assertThat(forward(view, true, 1)).isEqualTo(forward(vit, true, 1));
        }
    }

    @Test
    void aForwardThatDoesNotTrainDropsNothing() throws IOException {
        try (VisionTransformer vit = Parity.tiny()) {
            VisionTransformer view = vit.withDropout(BOTH);
            assertThat(forward(view, false, 1)).isEqualTo(forward(vit, false, 1));
            assertThat(forward(view, true, 1)).isNotEqualTo(forward(vit, true, 1));
        }
    }

    @Test
    void aTrainingForwardRepeatsWithItsSeedAndDiffersWithAnother() throws IOException {
        try (VisionTransformer vit = Parity.tiny()) {
            VisionTransformer view = vit.withDropout(BOTH);
            assertThat(forward(view, true, 1)).isEqualTo(forward(view, true, 1));
            assertThat(forward(view, true, 2)).isNotEqualTo(forward(view, true, 1));
        }
    }

    @Test
    void aViewSharesEveryWeightAndKeepsItsDropoutUnderANewHead() throws IOException {
        try (VisionTransformer vit = Parity.tiny()) {
            VisionTransformer view = vit.withDropout(BOTH);
            Map<String, Parameter> shared = ModuleTree.of(vit).parameters();
            assertThat(ModuleTree.of(view).parameters()).isEqualTo(shared);
            VisionTransformer headed = view.withHead(7);
            NDArray images = manager.create(floats("io.npz", "images"), new Shape(4, 3, 16, 16));
            ParameterStore store = new ParameterStore(manager, false);
            TorchRuntime.seed(1);
            float[] dropped = headed.features(store, images, true).toFloatArray();
            TorchRuntime.seed(1);
            assertThat(dropped).isEqualTo(view.features(store, images, true).toFloatArray());
            assertThat(dropped).isNotEqualTo(vit.features(store, images, true).toFloatArray());
        }
    }

    /**
     * One block with drawn weights, against the same block without dropout whose branches are
     * multiplied with the masks that the seed draws: output and the gradient of every parameter.
     */
    @ParameterizedTest
    @CsvSource({"0.4, 0", "0, 0.5", "0.3, 0.4"})
    void outputAndGradientsAreThoseOfTheMasks(double elements, double examples) {
        ResidualDropout dropout = new ResidualDropout(elements, examples);
        int last = ConstantBranches.CONFIG.depth() - 1;
        NDList masks = ConstantBranches.with(dropout, manager).masks(last, BATCH, 11, manager);
        VisionTransformer vit = new VisionTransformer(ConstantBranches.CONFIG);
        vit.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 16, 16));
        EncoderBlock plain = ConstantBranches.block(vit, last);
        EncoderBlock dropping = ConstantBranches.block(vit.withDropout(dropout), last);

        SplittableRandom random = new SplittableRandom(1);
        NDArray x = normal(random);
        NDArray direction = normal(random);
        Map<String, float[]> expected =
                gradients(plain, direction, store -> masked(plain, store, x, masks));
        TorchRuntime.seed(11);
        Map<String, float[]> actual =
                gradients(
                        plain,
                        direction,
                        store -> dropping.forward(store, new NDList(x), true).head());
        expected.forEach(
                (name, values) ->
                        assertThat(
                                        largestDifference(
                                                Objects.requireNonNull(actual.get(name)), values))
                                .as(name)
                                // The key biases' is 0 but for rounding, of sums in another order.
                                .isLessThan(3e-5 * Math.max(1, largest(values))));
    }

    private NDArray normal(SplittableRandom random) {
        float[] values = new float[BATCH * ConstantBranches.TOKENS * ConstantBranches.WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(
                values, new Shape(BATCH, ConstantBranches.TOKENS, ConstantBranches.WIDTH));
    }

    private static NDArray masked(
            EncoderBlock block, ParameterStore store, NDArray x, NDList masks) {
        ArrayByArray plain = new ArrayByArray(block, ConstantBranches.CONFIG.heads(), store);
        NDArray normed = plain.layer("norm1", x);
        NDArray y = x.add(plain.attention(normed, normed).mul(masks.get(0)));
        return y.add(plain.mlp(plain.layer("norm2", y)).mul(masks.get(1)));
    }

    private Map<String, float[]> gradients(
            Block block, NDArray direction, Function<ParameterStore, NDArray> forward) {
        Map<String, float[]> results = new LinkedHashMap<>();
        ModuleTree.of(block).parameters().values().forEach(p -> p.freeze(false));
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.zeroGradients();
            NDArray output = forward.apply(new ParameterStore(manager, false));
            results.put("output", output.toFloatArray());
            collector.backward(output.mul(direction).sum());
        }
        ModuleTree.of(block)
                .parameters()
                .forEach((n, p) -> results.put(n, p.getArray().getGradient().toFloatArray()));
        return results;
    }

    @Test
    void aBranchThatEveryExampleLosesGetsNoGradient() throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted =
                        Rlrr.adapt(
                                vit.withDropout(ResidualDropout.ofExamples(0.999999)),
                                RlrrConfig.published())) {
            NDArray images = manager.create(floats("io.npz", "images"), new Shape(4, 3, 16, 16));
            ParameterStore store = new ParameterStore(manager, false);
            TorchRuntime.seed(1);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                collector.backward(adapted.forward(store, new NDList(images), true).head().sum());
            }
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] gradient = tensor.parameter().getArray().getGradient().toFloatArray();
                if (tensor.name().startsWith("blocks.2.")) {
                    assertThat(gradient).as(tensor.name()).containsOnly(0f);
                } else if (tensor.name().equals("blocks.0.mlp.fc2.shift")) {
                    assertThat(largest(gradient)).isGreaterThan(0);
                }
            }
        }
    }

    @Test
    void anAdaptedModelDropsInTrainingAndItsMergedModelNever() throws IOException {
        try (VisionTransformer vit = Parity.tiny()) {
            VisionTransformer view = vit.withDropout(BOTH);
            try (AdaptedBlock plain = Parity.adapted(vit, "adapter_initial.npz");
                    AdaptedBlock adapted = Parity.adapted(view, "adapter_initial.npz");
                    VisionTransformer merged = view.merged(adapted)) {
                assertThat(forward(adapted, false, 1)).isEqualTo(forward(plain, false, 1));
                assertThat(forward(adapted, true, 1)).isEqualTo(forward(adapted, true, 1));
                assertThat(forward(adapted, true, 1)).isNotEqualTo(forward(plain, true, 1));
                assertThat(forward(merged, true, 1)).isEqualTo(forward(merged, true, 2));
                assertThat(largestDifference(forward(merged, true, 1), forward(plain, false, 1)))
                        .isLessThan(1e-5);
            }
        }
    }

    private static Map<String, float[]> trained(ResidualDropout dropout, long seed)
            throws IOException {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted =
                        Parity.adapted(vit.withDropout(dropout), "adapter_initial.npz")) {
            FineTuner.builder(adapted)
                    .dataset(Parity.data())
                    .batchSize(4)
                    .epochs(3)
                    .seed(seed)
                    .build()
                    .fit();
            adapted.trainableTensors()
                    .forEach(t -> tensors.put(t.name(), t.parameter().getArray().toFloatArray()));
        }
        return tensors;
    }

    @Test
    void aRunRepeatsBitForBitAndDependsOnRateAndSeed() throws IOException {
        Map<String, float[]> first = trained(BOTH, 5);
        trained(BOTH, 5).forEach((name, values) -> assertThat(values).isEqualTo(first.get(name)));
        String name = "blocks.1.mlp.fc2.shift";
        assertThat(trained(BOTH, 6).get(name)).isNotEqualTo(first.get(name));
        assertThat(trained(ResidualDropout.NONE, 5).get(name)).isNotEqualTo(first.get(name));
    }
}
