package io.github.rlrr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
                batches.add(Batches.kept(loader.next()));
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
        assertThat(order(shuffled(DATA, batchSize, 4, epoch)))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 23).boxed().toList());
    }

    @Test
    void theOrderDoesNotDependOnTheBatchSize() {
        assertThat(order(shuffled(DATA, 4, 1, 2))).isEqualTo(order(shuffled(DATA, 9, 1, 2)));
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 2", "0, 2"})
    void anotherSeedOrEpochGivesAnotherOrder(long seed, int epoch) {
        assertThat(order(shuffled(DATA, 4, seed, epoch)))
                .isNotEqualTo(order(shuffled(DATA, 4, 1, 2)));
    }

    @Test
    void augmentationDependsOnSeedEpochAndIndexAlone() {
        assertThat(draws(shuffled(DATA, 4, 1, 2))).isEqualTo(draws(shuffled(DATA, 23, 1, 2)));
    }

    @Test
    void anotherEpochAugmentsEveryExampleAnew() {
        Map<Integer, Float> first = draws(shuffled(DATA, 4, 1, 2));
        draws(shuffled(DATA, 4, 1, 3))
                .forEach((index, draw) -> assertThat(draw).isNotEqualTo(first.get(index)));
    }

    @Test
    void examplesOfOneEpochAreAugmentedApart() {
        assertThat(draws(shuffled(DATA, 4, 1, 2)).values()).doesNotHaveDuplicates();
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
        for (BatchLoader.Batch batch : batches(shuffled(DATA, 6, 1, 2))) {
            for (int i = 0; i < batch.size(); i++) {
                assertThat(batch.targets()[i]).isEqualTo(Math.floor(batch.values()[2 * i]) % 2);
            }
        }
    }

    @Test
    void whatReadingThrowsReachesTheCaller() {
        assertThatThrownBy(() -> batches(BatchLoader.inOrder(new Numbers(23, 17), 4)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cannot read 17");
    }

    /** Reading takes longer for some examples, so threads finish in another order. */
    private static class Uneven implements LabelledDataset {

        private final Numbers numbers;

        Uneven(Numbers numbers) {
            this.numbers = numbers;
        }

        @Override
        public int size() {
            return numbers.size();
        }

        @Override
        public Shape exampleShape() {
            return numbers.exampleShape();
        }

        @Override
        public List<String> classNames() {
            return numbers.classNames();
        }

        @Override
        public int label(int index) {
            return numbers.label(index);
        }

        @Override
        public void read(int index, SplittableRandom random, float[] target, int offset) {
            LockSupport.parkNanos(index % 3 * 300_000L);
            numbers.read(index, random, target, offset);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 32})
    void batchesDoNotDependOnTheNumberOfThreads(int threads) {
        Batching options = mixed();
        Uneven data = new Uneven(DATA);
        List<BatchLoader.Batch> one =
                batches(new BatchLoader(BatchPlan.training(data, options, target -> 1, 3), 0, 1));
        List<BatchLoader.Batch> several =
                batches(
                        new BatchLoader(
                                BatchPlan.training(data, options, target -> 1, 3), 0, threads));

        assertThat(one).hasSize(5);
        assertThat(several)
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyElementsOf(one);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 5})
    void aLoaderThatBeginsAtABatchGivesTheRestOfTheEpoch(int first) {
        Batching options = mixed();
        List<BatchLoader.Batch> all = batches(training(DATA, options, 3, 0));

        assertThat(batches(training(DATA, options, 3, first)))
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyElementsOf(all.subList(first, 5));
    }

    private static BatchLoader training(
            LabelledDataset data, Batching batching, int epoch, int firstBatch) {
        return BatchLoader.training(data, batching, target -> 1, epoch, firstBatch);
    }

    private static BatchLoader shuffled(LabelledDataset data, int batchSize, long seed, int epoch) {
        return training(data, new Batching(batchSize, 1, false, Mixing.NONE, seed), epoch, 0);
    }

    /** Batches of 5, mixed, two a step. */
    private static Batching mixed() {
        return new Batching(5, 2, false, new Mixing(0.8, 0, 0), 7);
    }

    @Test
    void ofSeveralFaultsInABatchTheFirstReachesTheCaller() {
        LabelledDataset data =
                new Uneven(DATA) {
                    @Override
                    public void read(
                            int index, SplittableRandom random, float[] target, int offset) {
                        LockSupport.parkNanos((23 - index) * 100_000L);
                        throw new IllegalStateException("cannot read " + index);
                    }
                };
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> batches(new BatchLoader(BatchPlan.inOrder(data, 8), 0, 4)))
                    .hasMessage("cannot read 0");
        }
    }

    @Test
    void noMoreThanThreeBatchesAreReadAhead() throws InterruptedException {
        AtomicInteger reads = new AtomicInteger();
        LabelledDataset data = counting(reads, () -> {});
        try (BatchLoader loader = new BatchLoader(BatchPlan.inOrder(data, 2), 0, 4)) {
            awaitReads(reads, 6);
            loader.next();
            awaitReads(reads, 8);
        }
    }

    /** Waits for the number, and a while longer for one too many. */
    private static void awaitReads(AtomicInteger reads, int expected) throws InterruptedException {
        while (reads.get() < expected) {
            Thread.sleep(1);
        }
        Thread.sleep(50);
        assertThat(reads).hasValue(expected);
    }

    @Test
    void nothingIsReadOnceItIsClosed() throws InterruptedException {
        AtomicInteger reads = new AtomicInteger();
        CountDownLatch reading = new CountDownLatch(2);
        LabelledDataset data =
                counting(
                        reads,
                        () -> {
                            reading.countDown();
                            LockSupport.parkNanos(50_000_000);
                        });
        BatchLoader loader = new BatchLoader(BatchPlan.inOrder(data, 10), 0, 2);
        reading.await();

        loader.close();

        int read = reads.get();
        Thread.sleep(150); // three examples' time
        assertThat(reads).hasValue(read);
    }

    private static LabelledDataset counting(AtomicInteger reads, Runnable before) {
        return new Uneven(DATA) {
            @Override
            public void read(int index, SplittableRandom random, float[] target, int offset) {
                before.run();
                reads.incrementAndGet();
            }
        };
    }

    @Test
    void theTimeSpentWaitingForASlowReaderIsCounted() {
        LabelledDataset data =
                counting(new AtomicInteger(), () -> LockSupport.parkNanos(20_000_000));
        try (BatchLoader loader = new BatchLoader(BatchPlan.inOrder(data, 23), 0, 1)) {
            assertThat(loader.waitedNanos()).isZero();
            long start = System.nanoTime();
            loader.next();
            long passed = System.nanoTime() - start;
            assertThat(loader.waitedNanos()).isPositive().isLessThanOrEqualTo(passed);
        }
    }
}
