package io.github.rlrr.vit.part;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.vit.part.Layer.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention of what was rounded to bfloat16, by either of its forms on a CPU. */
class HalfAttentionTest {

    private static final int HEADS = 2;
    private static final int WIDTH = 8;

    /** The least number of tokens whose weights are more than the fused operator keeps. */
    private static final int MANY = 5 * WIDTH + 1;

    /** Inputs, logits and weights are rounded to 8 bits, 2⁻⁹ relative, and their gradients. */
    private static final double ROUNDING = 6 * Math.pow(2, -8);

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** The program of x and q, k, v, and a mask, for a processor that multiplies in a type. */
    private static String program(Precision precision, int type, int tokens, boolean masked) {
        List<Layer> inputs = new ArrayList<>();
        for (String name : List.of("q", "k", "v", "mask")) {
            inputs.add(new Values(name, "values", shape(name, tokens), 0));
        }
        ProgramText text = new ProgramText(inputs, LinearKernel.RECORDED, precision);
        List<String> rounded = new ArrayList<>();
        for (String name : List.of("q", "k", "v")) {
            rounded.add(text.let(name, text.rounded(name + "_values")));
        }
        String attended =
                text.attention(
                        rounded.get(0),
                        rounded.get(1),
                        rounded.get(2),
                        masked ? "mask_values" : null,
                        masked ? "0.5" : null);
        return text.returns(text.single(attended))
                .replaceFirst(
                        "products = \\d+\n {6}attention = 6\n",
                        "products = " + type + "\n      attention = 6\n");
    }

    private static Shape shape(String name, int tokens) {
        return name.equals("mask")
                ? new Shape(1, HEADS, tokens, tokens)
                : new Shape(3, HEADS, tokens, WIDTH);
    }

    /** The output, then the gradients of q, k, v and the mask. */
    private List<float[]> results(String program, int tokens, boolean masked) {
        SplittableRandom random = new SplittableRandom(11);
        List<NDArray> inputs = new ArrayList<>();
        for (String name : List.of("x", "q", "k", "v", "mask")) {
            Shape shape = shape(name, tokens);
            float[] values = new float[(int) shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            inputs.add(manager.create(values, shape));
        }
        List<NDArray> varied = inputs.subList(1, masked ? 5 : 4);
        varied.forEach(array -> array.setRequiresGradient(true));
        List<float[]> results = new ArrayList<>();
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.zeroGradients();
            NDArray output =
                    TorchProgram.shared(program).forward(inputs.toArray(new NDArray[0])).head();
            results.add(output.toFloatArray());
            collector.backward(output.mul(inputs.get(0)).sum());
        }
        varied.forEach(array -> results.add(array.getGradient().toFloatArray()));
        return results;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothFormsAreWithinTheirRoundingInOutputAndGradients(boolean masked) {
        int tokens = MANY - 1;
        List<float[]> exact =
                results(program(Precision.FLOAT32, 0, tokens, masked), tokens, masked);
        for (int type : new int[] {ProgramText.FLOAT32, ProgramText.BFLOAT16}) {
            List<float[]> found =
                    results(program(Precision.BFLOAT16, type, tokens, masked), tokens, masked);
            assertThat(found).hasSize(masked ? 5 : 4);
            for (int i = 0; i < found.size(); i++) {
                assertThat(largestDifference(found.get(i), exact.get(i)) / largest(exact.get(i)))
                        .as("type %d, result %d", type, i)
                        .isBetween(1e-4, ROUNDING);
            }
        }
    }

    /** The fused operator multiplies what was rounded in float32: the same bits. */
    @Test
    void weightsAreNotKeptWhereTheyAreMoreThanWhatTheFusedOperatorKeeps() {
        assertThat(output(ProgramText.BFLOAT16, MANY)).isEqualTo(output(ProgramText.FLOAT32, MANY));
        assertThat(output(ProgramText.BFLOAT16, MANY - 1))
                .isNotEqualTo(output(ProgramText.FLOAT32, MANY - 1));
    }

    /** What is rounded to bfloat16 at the end is so in both. */
    private float[] output(int type, int tokens) {
        return results(program(Precision.BFLOAT16, type, tokens, false), tokens, false).get(0);
    }
}
