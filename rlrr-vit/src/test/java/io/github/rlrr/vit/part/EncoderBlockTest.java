package io.github.rlrr.vit.part;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program of an encoder block against the same block computed array by array. */
class EncoderBlockTest {

    private static final VitConfig CONFIG = ConstantBranches.CONFIG;
    private static final int BATCH = 3;

    /** Sums in another order, in float32. */
    private static final double FLOAT32 = 3e-5;

    /**
     * Each product's inputs are rounded to 8 bits, 2⁻⁹ relative; a block has six in a row, and
     * backward as many. Processors with instructions for bfloat16 round otherwise than those
     * without: 0.039 is the greatest seen.
     */
    private static final double BFLOAT16 = 16 * Math.pow(2, -8);

    private final NDManager manager = NDManager.newBaseManager();
    private final VisionTransformer vit = drawn();

    private static VisionTransformer drawn() {
        VisionTransformer vit = new VisionTransformer(CONFIG);
        NDManager owner = NDManager.newBaseManager();
        vit.initialize(owner, DataType.FLOAT32, new Shape(1, 3, 16, 16));
        SplittableRandom random = new SplittableRandom(3);
        // Gains and biases too, which start at 1 and 0.
        for (Parameter parameter : ModuleTree.of(vit).parameters().values()) {
            NDArray values = parameter.getArray();
            float[] noise = new float[(int) values.size()];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = (float) (0.1 * random.nextGaussian());
            }
            parameter.freeze(true);
            values.addi(owner.create(noise, values.getShape()));
        }
        return vit;
    }

    @AfterEach
    void close() {
        vit.close();
        manager.close();
    }

    private static ArrayByArray plain(EncoderBlock block, ParameterStore store) {
        return new ArrayByArray(block, CONFIG.heads(), store);
    }

    private NDArray normal(long seed, Shape shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, shape);
    }

    /** The output and the gradients of the input and every parameter, by name. */
    private Map<String, float[]> results(
            EncoderBlock block, BiFunction<ParameterStore, NDArray, NDArray> forward) {
        Map<String, Parameter> parameters = ModuleTree.of(block).parameters();
        parameters.values().forEach(parameter -> parameter.freeze(false));
        NDArray x = normal(1, new Shape(BATCH, CONFIG.tokens(), CONFIG.width()));
        x.setRequiresGradient(true);
        Map<String, float[]> results = new LinkedHashMap<>();
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.zeroGradients();
            NDArray output = forward.apply(new ParameterStore(manager, false), x);
            results.put("output", output.toFloatArray());
            NDArray direction = normal(2, output.getShape());
            collector.backward(output.mul(direction).sum());
        }
        results.put("x", x.getGradient().toFloatArray());
        parameters.forEach(
                (name, parameter) ->
                        results.put(name, parameter.getArray().getGradient().toFloatArray()));
        parameters.values().forEach(parameter -> parameter.freeze(true));
        return results;
    }

    private static void assertClose(
            Map<String, float[]> actual, Map<String, float[]> expected, double tolerance) {
        assertThat(actual).hasSize(18);
        double query = largest(Objects.requireNonNull(expected.get("attn.query.bias")));
        expected.forEach(
                (name, values) -> {
                    float[] found = Objects.requireNonNull(actual.get(name));
                    // Softmax ignores what is added to every key: that gradient is rounding alone,
                    // of terms as large as the query bias'.
                    double scale = name.equals("attn.key.bias") ? query : largest(values);
                    assertThat(scale).as(name).isGreaterThan(0.01);
                    assertThat(largestDifference(found, values) / scale)
                            .as(name)
                            .isLessThan(tolerance);
                });
    }

    @ParameterizedTest
    @CsvSource({"0, true", "0, false", "4, true", "4, false"})
    void outputAndGradientsAreThoseOfTheBlockArrayByArray(int index, boolean training) {
        EncoderBlock block = ConstantBranches.block(vit, index);
        assertClose(
                results(block, (store, x) -> block.forward(store, new NDList(x), training).head()),
                results(block, (store, x) -> plain(block, store).forward(x)),
                FLOAT32);
    }

    /** Of the whole block another row is the sum of other products, so that few bits differ. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theFirstTokensAloneAreThoseOfTheWholeBlock(int count) {
        EncoderBlock block = ConstantBranches.block(vit, 4);
        Map<String, float[]> alone =
                results(block, (store, x) -> block.leading(store, x, count, true));
        assertThat(alone.get("output")).hasSize(BATCH * count * CONFIG.width());
        assertClose(
                alone,
                results(block, (store, x) -> plain(block, store).leading(x, count)),
                FLOAT32);
        String first = ":, :" + count;
        assertClose(
                alone,
                results(
                        block,
                        (store, x) -> block.forward(store, new NDList(x), true).head().get(first)),
                2e-6);
    }

    @Test
    void withoutRecordingOtherProductsOfALargeInputGiveTheSame() {
        EncoderBlock block = ConstantBranches.block(vit, 4);
        ParameterStore store = new ParameterStore(manager, false);
        long batch = LinearKernel.LARGE / ((long) CONFIG.tokens() * CONFIG.width()) + 1;
        NDArray x = normal(1, new Shape(batch, CONFIG.tokens(), CONFIG.width()));
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.zeroGradients();
            assertThat(LinearKernel.of(x)).isEqualTo(LinearKernel.RECORDED);
        }
        try (GradMode off = GradMode.off()) {
            off.suppressNotUsedWarning();
            assertThat(LinearKernel.of(x.get("0:1"))).isEqualTo(LinearKernel.RECORDED);
            if (System.getProperty("os.arch").equals("amd64")) {
                assertThat(LinearKernel.of(x))
                        .isEqualTo(LinearKernel.UNRECORDED); // all have oneDNN
            }
            assertUnrecorded(
                    block.forward(store, new NDList(x), false).head(),
                    plain(block, store).forward(x));
            assertUnrecorded(block.leading(store, x, 2, false), plain(block, store).leading(x, 2));
        }
    }

    private static void assertUnrecorded(NDArray actual, NDArray expected) {
        float[] values = expected.toFloatArray();
        assertThat(largestDifference(actual.toFloatArray(), values) / largest(values))
                .isLessThan(FLOAT32);
    }

    @Test
    void halfPrecisionIsWithinItsRoundingInOutputAndGradients() {
        EncoderBlock half = ConstantBranches.block(vit.withPrecision(Precision.BFLOAT16), 1);
        assertRounded(results(half, (store, x) -> half.forward(store, new NDList(x), true).head()));
    }

    @ParameterizedTest
    @ValueSource(ints = {ProgramText.FLOAT32, ProgramText.BFLOAT16})
    void soItIsWhicheverInstructionsMultiplyWhatWasRounded(int type) {
        EncoderBlock half = ConstantBranches.block(vit.withPrecision(Precision.BFLOAT16), 1);
        String own = half.programs(Precision.BFLOAT16).get("block");
        String program =
                own.replaceFirst(
                        "products = \\d+\n {6}attention = 6\n",
                        "products = " + type + "\n      attention = 6\n");
        assertThat(program).contains("products = " + type + "\n      attention = 6\n");
        assertRounded(
                results(
                        half,
                        (store, x) -> {
                            List<NDArray> inputs = new ArrayList<>(List.of(x));
                            for (Parameter parameter : ModuleTree.of(half).parameters().values()) {
                                inputs.add(store.getValue(parameter, x.getDevice(), true));
                            }
                            return TorchProgram.shared(program)
                                    .forward(inputs.toArray(new NDArray[0]))
                                    .head();
                        }));
    }

    private void assertRounded(Map<String, float[]> actual) {
        EncoderBlock whole = ConstantBranches.block(vit, 1);
        Map<String, float[]> expected =
                results(whole, (store, x) -> plain(whole, store).forward(x));
        assertClose(actual, expected, BFLOAT16);
        assertThat(largestDifference(actual.get("output"), expected.get("output")))
                .as("computed in half precision indeed")
                .isGreaterThan(1e-3);
    }

    @Test
    void precisionAndDropoutGoTogetherAndShareTheWeights() {
        VisionTransformer first =
                vit.withPrecision(Precision.BFLOAT16).withDropout(ResidualDropout.ofElements(0.5));
        VisionTransformer second =
                vit.withDropout(ResidualDropout.ofElements(0.5)).withPrecision(Precision.BFLOAT16);
        assertThat(ModuleTree.of(first).parameters()).isEqualTo(ModuleTree.of(vit).parameters());
        float[] dropped = output(first, true);
        assertThat(dropped).isEqualTo(output(second, true));
        assertThat(dropped).isNotEqualTo(output(vit.withPrecision(Precision.BFLOAT16), true));
        assertThat(output(first, false))
                .isEqualTo(output(vit.withPrecision(Precision.BFLOAT16), false))
                .isNotEqualTo(output(vit, false));
    }

    private float[] output(VisionTransformer model, boolean training) {
        TorchRuntime.seed(4);
        NDArray x = normal(1, new Shape(BATCH, CONFIG.tokens(), CONFIG.width()));
        EncoderBlock block = ConstantBranches.block(model, 4);
        return block.forward(new ParameterStore(manager, false), new NDList(x), training)
                .head()
                .toFloatArray();
    }
}
