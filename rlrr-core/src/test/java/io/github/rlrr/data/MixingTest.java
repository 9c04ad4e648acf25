package io.github.rlrr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MixingTest {

    private static final Shape IMAGE = new Shape(2, 6, 9);
    private static final int LENGTH = 2 * 6 * 9;

    /** Example i is i + 1 throughout. */
    private static float[] batch(int size) {
        float[] values = new float[size * LENGTH];
        for (int i = 0; i < size; i++) {
            Arrays.fill(values, i * LENGTH, (i + 1) * LENGTH, i + 1);
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8})
    void mixupBlendsEachExampleWithItsMirrorByLambda(int size) {
        for (int seed = 0; seed < 20; seed++) {
            float[] values = batch(size);
            Mixing mixing = new Mixing(0.8, 0, 0.5);
            float lambda =
                    mixing.mix(FloatBuffer.wrap(values), size, IMAGE, new SplittableRandom(seed));
            assertThat(lambda).isBetween(0f, 1f);
            for (int k = 0; k < values.length; k++) {
                int i = k / LENGTH;
                double expected = lambda * (i + 1) + (1 - lambda) * (size - i);
                assertThat((double) values[k]).isCloseTo(expected, within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 8})
    void cutmixPastesOneBoxWhoseAreaGivesTheWeights(int size) {
        List<Integer> areas = new ArrayList<>();
        for (int seed = 0; seed < 50; seed++) {
            float[] values = batch(size);
            Mixing mixing = new Mixing(0, 1, 0.5);
            float lambda =
                    mixing.mix(FloatBuffer.wrap(values), size, IMAGE, new SplittableRandom(seed));
            int area = 0;
            int top = 6;
            int bottom = -1;
            int left = 9;
            int right = -1;
            for (int k = 0; k < 54; k++) {
                if (values[k] == size) {
                    area++;
                    top = Math.min(top, k / 9);
                    bottom = Math.max(bottom, k / 9);
                    left = Math.min(left, k % 9);
                    right = Math.max(right, k % 9);
                }
            }
            areas.add(area);
            assertThat((double) lambda).isCloseTo(1 - area / 54.0, within(1e-6));
            if (area > 0) {
                assertThat((bottom - top + 1) * (right - left + 1)).isEqualTo(area);
            }
            for (int i = 0; i < size; i++) {
                for (int k = 0; k < LENGTH; k++) {
                    boolean inside = values[k % 54] == size;
                    assertThat(values[i * LENGTH + k]).isEqualTo(inside ? size - i : i + 1);
                }
            }
        }
        assertThat(areas.stream().distinct().count()).isGreaterThan(8);
    }

    @ParameterizedTest
    @CsvSource({
        // √(1 − 0.75) = ½: half of 6 and of 9, rounded down, once more for each half.
        "3, 4, 0.75, 2, 4, 2, 6",
        "0, 0, 0.75, 0, 1, 0, 2",
        "5, 8, 0, 2, 6, 4, 9",
        "3, 4, 1, 3, 3, 4, 4"
    })
    void theBoxIsCutOffAtTheEdges(
            int y, int x, double lambda, int top, int bottom, int left, int right) {
        assertThat(Mixing.Box.around(y, x, lambda, 6, 9))
                .isEqualTo(new Mixing.Box(top, bottom, left, right));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.25, 0.5, 1})
    void cutmixGetsItsShareOfBatches(double share) {
        int cut = 0;
        for (int seed = 0; seed < 2000; seed++) {
            float[] values = batch(2);
            new Mixing(0.8, 1, share)
                    .mix(FloatBuffer.wrap(values), 2, IMAGE, new SplittableRandom(seed));
            boolean whole = true;
            for (float value : values) {
                whole &= value == 1 || value == 2;
            }
            cut += whole ? 1 : 0;
        }
        assertThat(cut / 2000.0).isCloseTo(share, within(0.04));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.8, 1, 4})
    void drawsHaveBetasMeanAndVariance(double alpha) {
        SplittableRandom random = new SplittableRandom(1);
        double sum = 0;
        double squares = 0;
        int draws = 40_000;
        for (int i = 0; i < draws; i++) {
            double x = Beta.symmetric(alpha, random);
            assertThat(x).isBetween(0.0, 1.0);
            sum += x;
            squares += (x - 0.5) * (x - 0.5);
        }
        assertThat(sum / draws).isCloseTo(0.5, within(0.01));
        assertThat(squares / draws).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.004));
    }

    /** An example is its index throughout; how long reading takes varies. */
    private record Slow(long unevenness) implements LabelledDataset {

        @Override
        public int size() {
            return 22;
        }

        @Override
        public Shape exampleShape() {
            return IMAGE;
        }

        @Override
        public List<String> classNames() {
            return List.of("even", "odd");
        }

        @Override
        public int label(int index) {
            return index % 2;
        }

        @Override
        public void read(int index, SplittableRandom random, float[] target, int offset) {
            if (index % 3 == 0) {
                java.util.concurrent.locks.LockSupport.parkNanos(unevenness);
            }
            Arrays.fill(target, offset, offset + LENGTH, index + (float) random.nextDouble());
        }
    }

    private static List<BatchLoader.Batch> epoch(long seed, int epoch, long unevenness) {
        Batching batching = new Batching(4, 1, false, new Mixing(0.8, 1, 0.5), seed);
        List<BatchLoader.Batch> batches = new ArrayList<>();
        try (BatchLoader loader =
                BatchLoader.training(new Slow(unevenness), batching, target -> 1, epoch, 0)) {
            while (loader.hasNext()) {
                batches.add(Batches.kept(loader.next()));
            }
        }
        return batches;
    }

    private static String text(List<BatchLoader.Batch> batches) {
        StringBuilder text = new StringBuilder();
        for (BatchLoader.Batch batch : batches) {
            text.append(batch.lambda()).append(Arrays.toString(batch.targets()));
            text.append(Arrays.hashCode(batch.values())).append('\n');
        }
        return text.toString();
    }

    @Test
    void mixingRepeatsWhateverTheTiming() {
        assertThat(text(epoch(3, 1, 500_000))).isEqualTo(text(epoch(3, 1, 0)));
    }

    @Test
    void everyBatchEpochAndSeedMixesDifferently() {
        List<Float> lambdas = new ArrayList<>();
        epoch(3, 0, 0).forEach(batch -> lambdas.add(batch.lambda()));
        epoch(3, 1, 0).forEach(batch -> lambdas.add(batch.lambda()));
        epoch(4, 0, 0).forEach(batch -> lambdas.add(batch.lambda()));
        assertThat(lambdas).hasSize(18);
        // Small boxes may have equal areas.
        assertThat(lambdas.stream().distinct().count()).isGreaterThan(12);
    }
}
