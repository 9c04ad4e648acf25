package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionEmbeddingTest {

    private static final int WIDTH = 3;

    /** float32 results of double arithmetic on values below 1. */
    private static final float ROUNDING = 1e-6f;

    @Test
    void equalsThePublishedNumbers() throws IOException {
        float[] from =
                TinyFiles.numbers("base_google.npz", "Transformer/posembed_input/pos_embedding");
        float[] expected = TinyFiles.numbers("posembed_6x6.npz", "pos_embedding");
        float[] resized =
                PositionEmbedding.resize(from, PositionEmbedding.Rule.LINEAR, 1, 4, 4, 6, 6, 32);
        assertThat(resized).containsExactly(expected, offset(ROUNDING));
    }

    @ParameterizedTest
    @CsvSource({"4,4,6,2", "4,4,3,9", "3,5,7,2", "2,8,8,2", "5,1,3,4", "1,5,4,3", "4,6,1,1"})
    void equalsABilinearInterpolationOfTheGrid(int fromH, int fromW, int toH, int toW) {
        SplittableRandom random = new SplittableRandom(11);
        float[] from = new float[(1 + fromH * fromW) * WIDTH];
        for (int i = 0; i < from.length; i++) {
            from[i] = (float) (random.nextDouble() - 0.5);
        }
        float[] resized =
                PositionEmbedding.resize(
                        from, PositionEmbedding.Rule.LINEAR, 1, fromH, fromW, toH, toW, WIDTH);
        assertThat(resized).hasSize((1 + toH * toW) * WIDTH);
        for (int c = 0; c < WIDTH; c++) {
            assertThat(resized[c]).as("class token").isEqualTo(from[c]);
            for (int y = 0; y < toH; y++) {
                for (int x = 0; x < toW; x++) {
                    double expected = interpolated(from, fromH, fromW, toH, toW, y, x, c);
                    assertThat((double) resized[(1 + y * toW + x) * WIDTH + c])
                            .as("row %d, column %d, value %d", y, x, c)
                            .isCloseTo(expected, offset((double) ROUNDING));
                }
            }
        }
    }

    /**
     * A hat function of width 1 around every old position, summed over the whole grid: the same
     * interpolation, written without indices of neighbours.
     */
    private static double interpolated(
            float[] from, int fromH, int fromW, int toH, int toW, int y, int x, int c) {
        double atY = toH == 1 ? 0 : y * (fromH - 1.0) / (toH - 1.0);
        double atX = toW == 1 ? 0 : x * (fromW - 1.0) / (toW - 1.0);
        double sum = 0;
        for (int row = 0; row < fromH; row++) {
            for (int column = 0; column < fromW; column++) {
                double weight =
                        Math.max(0, 1 - Math.abs(row - atY))
                                * Math.max(0, 1 - Math.abs(column - atX));
                sum += weight * from[(1 + row * fromW + column) * WIDTH + c];
            }
        }
        return sum;
    }
}
