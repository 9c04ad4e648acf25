package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchLoaderTest {

    /** An example is its index and one draw. */
    private record Numbers(int size, int failing) implements LabelledDataset {

        @Override
        public Shape exampleShape() {
            return new Shape(2);
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
            if (index == failing) {
                throw new IllegalStateException("cannot read " + index);
            }
            target[offset] = index;
            target[offset + 1] = (float) random.nextDouble();
        }
    }

    private static final Numbers DATA = new Numbers(23, -1);

    private static List<BatchLoader.Batch> batches(BatchLoader loader) {
        try (loader) {
            List<BatchLoader.Batch> batches = new ArrayList<>();
            while (loader.hasNext()) {
                batches.add(loader.next());
            }
            return batches;
        }
    }

    private static List<Integer> order(BatchLoader loader) {
        List<Integer> order = new ArrayList<>();
        for (BatchLoader.Batch batch : batches(loader)) {
            for (int i = 0; i < batch.size(); i++) {
                order.add((int) batch.values()[2 * i]);
            }
        }
        return order;
    }

    private static Map<Integer, Float> draws(BatchLoader loader) {
        Map<Integer, Float> draws = new HashMap<>();
        for (BatchLoader.Batch batch : batches(loader)) {
            for (int i = 0; i < batch.size(); i++) {
                draws.put((int) batch.values()[2 * i], batch.values()[2 * i + 1]);
            }
        }
        return draws;
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "5, 0", "5, 1", "23, 2", "40, 3", "7, 99"})
    void aShuffledPassHoldsEveryExampleOnce(int batchSize, int epoch) {
        assertThat(order(BatchLoader.shuffled(DATA, batchSize, 4, epoch)))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 23).boxed().toList());
    }

    @Test
    void theOrderDoesNotDependOnTheBatchSize() {
        assertThat(order(BatchLoader.shuffled(DATA, 4, 1, 2)))
                .isEqualTo(order(BatchLoader.shuffled(DATA, 9, 1, 2)));
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 2", "0, 2"})
    void anotherSeedOrEpochGivesAnotherOrder(long seed, int epoch) {
        assertThat(order(BatchLoader.shuffled(DATA, 4, seed, epoch)))
                .isNotEqualTo(order(BatchLoader.shuffled(DATA, 4, 1, 2)));
    }

    @Test
    void augmentationDependsOnSeedEpochAndIndexAlone() {
        assertThat(draws(BatchLoader.shuffled(DATA, 4, 1, 2)))
                .isEqualTo(draws(BatchLoader.shuffled(DATA, 23, 1, 2)));
    }

    @Test
    void anotherEpochAugmentsEveryExampleAnew() {
        Map<Integer, Float> first = draws(BatchLoader.shuffled(DATA, 4, 1, 2));
        draws(BatchLoader.shuffled(DATA, 4, 1, 3))
                .forEach((index, draw) -> assertThat(draw).isNotEqualTo(first.get(index)));
    }

    @Test
    void examplesOfOneEpochAreAugmentedApart() {
        assertThat(draws(BatchLoader.shuffled(DATA, 4, 1, 2)).values()).doesNotHaveDuplicates();
    }

    @Test
    void anOrderedPassIsInOrderWithASmallerLastBatch() {
        List<BatchLoader.Batch> batches = batches(BatchLoader.inOrder(DATA, 10));
        assertThat(batches).extracting(BatchLoader.Batch::size).containsExactly(10, 10, 3);
        assertThat(batches.get(2).shape()).isEqualTo(new Shape(3, 2));
        assertThat(order(BatchLoader.inOrder(DATA, 10)))
                .isEqualTo(IntStream.range(0, 23).boxed().toList());
    }

    @Test
    void labelsGoWithTheirExamples() {
        for (BatchLoader.Batch batch : batches(BatchLoader.shuffled(DATA, 6, 1, 2))) {
            for (int i = 0; i < batch.size(); i++) {
                assertThat(batch.labels()[i]).isEqualTo((long) batch.values()[2 * i] % 2);
            }
        }
    }

    @Test
    void whatReadingThrowsReachesTheCaller() {
        assertThatThrownBy(() -> batches(BatchLoader.inOrder(new Numbers(23, 17), 4)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cannot read 17");
    }
}
