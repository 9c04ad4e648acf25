package io.github.rlrr.vit.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The masks themselves, read off blocks whose branches answer 1. */
class ResidualDropoutTest {

    /** Where a share of n draws of probability p lies but for one time in a million. */
    private static final double DEVIATIONS = 5;

    private static final int DEPTH = ConstantBranches.CONFIG.depth();
    private static final int TOKENS = ConstantBranches.TOKENS;
    private static final int WIDTH = ConstantBranches.WIDTH;

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private ConstantBranches branches(ResidualDropout dropout) {
        return ConstantBranches.with(dropout, manager);
    }

    /**
     * Dropped or kept at the right scale, and in the right share; every unit-th value is a draw.
     */
    private static void checkMask(NDArray mask, double rate, int unit) {
        float[] values = mask.toFloatArray();
        float kept = (float) (1 / (1 - rate));
        int draws = 0;
        int dropped = 0;
        float furthest = 0;
        for (int i = 0; i < values.length; i += unit) {
            draws++;
            if (values[i] == 0) {
                dropped++;
            } else {
                furthest = Math.max(furthest, Math.abs(values[i] - kept));
            }
        }
        assertThat(furthest).isLessThan(1e-5f * kept);
        double deviation = Math.sqrt(rate * (1 - rate) / draws);
        assertThat((double) dropped / draws)
                .as("share of %d draws at rate %s", draws, rate)
                .isCloseTo(rate, within(DEVIATIONS * deviation));
        // The mean of mask · 1: the branch's expectation is what it is without dropout.
        double mean = (draws - dropped) * (double) kept / draws;
        assertThat(mean).isCloseTo(1, within(DEVIATIONS * deviation * kept));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0.1", "2, 0.2", "3, 0.3", "4, 0.4"})
    void elementsAreDroppedAtARateThatRisesLinearlyOverTheBlocks(int block, double rate) {
        ConstantBranches branches = branches(ResidualDropout.ofElements(0.4));
        for (NDArray mask : branches.masks(block, 64, 3, manager)) {
            checkMask(mask, rate, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0.15", "2, 0.3", "3, 0.45", "4, 0.6"})
    void wholeExamplesAreDroppedAtARateThatRisesLinearlyOverTheBlocks(int block, double rate) {
        ConstantBranches branches = branches(ResidualDropout.ofExamples(0.6));
        for (NDArray mask : branches.masks(block, 2000, 3, manager)) {
            checkMask(mask, rate, TOKENS * WIDTH);
            float[] values = mask.toFloatArray();
            float[] ofFirstElements = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                ofFirstElements[i] = values[i - i % (TOKENS * WIDTH)];
            }
            assertThat(values).isEqualTo(ofFirstElements);
        }
    }

    @Test
    void theLastBlockDropsOfTheClassTokenAtTheSameRates() {
        int last = DEPTH - 1;
        ConstantBranches elements = branches(ResidualDropout.ofElements(0.4));
        for (NDArray mask : elements.classTokenMasks(last, 1000, 4, manager)) {
            checkMask(mask, 0.4, 1);
        }
        ConstantBranches examples = branches(ResidualDropout.ofExamples(0.6));
        for (NDArray mask : examples.classTokenMasks(last, 2000, 4, manager)) {
            checkMask(mask, 0.6, WIDTH);
        }
    }

    /** 1 − (1 − p)(1 − q) of the elements are 0, and the scales multiply. */
    @Test
    void bothKindsTogetherMultiply() {
        ConstantBranches branches = branches(new ResidualDropout(0.4, 0.5));
        for (NDArray mask : branches.masks(DEPTH - 1, 500, 5, manager)) {
            Set<Float> kept = new HashSet<>();
            int examples = 0;
            float[] values = mask.toFloatArray();
            for (int b = 0; b < 500; b++) {
                boolean whole = false;
                for (int i = 0; i < TOKENS * WIDTH; i++) {
                    float value = values[b * TOKENS * WIDTH + i];
                    if (value != 0) {
                        whole = true;
                        kept.add(value);
                    }
                }
                examples += whole ? 0 : 1;
            }
            assertThat(examples / 500.0).isCloseTo(0.5, within(DEVIATIONS * 0.5 / Math.sqrt(500)));
            assertThat(kept).hasSize(1);
            assertThat(kept.iterator().next()).isCloseTo(1 / 0.6f / 0.5f, within(1e-5f));
        }
    }

    @Test
    void theBranchesOfABlockAndItsExamplesAreDrawnApart() {
        NDList masks = branches(ResidualDropout.ofExamples(0.6)).masks(DEPTH - 1, 64, 6, manager);
        assertThat(masks.get(0).toFloatArray()).isNotEqualTo(masks.get(1).toFloatArray());
    }

    @Test
    void theSameSeedDrawsTheSameMaskAndTheNextStepAnother() {
        for (ResidualDropout dropout :
                new ResidualDropout[] {
                    ResidualDropout.ofElements(0.4), ResidualDropout.ofExamples(0.4)
                }) {
            ConstantBranches branches = branches(dropout);
            float[] first = branches.masks(2, 32, 7, manager).head().toFloatArray();
            assertThat(branches.masks(2, 32, 7, manager).head().toFloatArray()).isEqualTo(first);
            assertThat(branches.masks(2, 32, 8, manager).head().toFloatArray()).isNotEqualTo(first);
        }
    }

    @Test
    void aSingleBlockIsTheFirstAndDropsNothing() {
        assertThat(new ResidualDropout(0.5, 0.5).sum(0, 1)).isEqualTo(ResidualSum.PLAIN);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, 1.5, Double.NaN, Double.POSITIVE_INFINITY})
    void aRateOutOfRangeIsRefused(double rate) {
        assertThatThrownBy(() -> ResidualDropout.ofElements(rate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the dropout rate of elements is "
                                + rate
                                + ", expected 0 or more and less than 1");
        assertThatThrownBy(() -> ResidualDropout.ofExamples(rate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(stochastic depth) is " + rate + ", expected 0 or more");
    }
}
