package io.github.rlrr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.translate.Transform;
import ai.djl.util.Progress;
import io.github.rlrr.Blobs;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuner;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DjlDatasetTest {

    private static final List<String> NAMES = List.of("a", "b", "c");

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray labels(int size) {
        return manager.create(IntStream.range(0, size).map(i -> i % 3).toArray());
    }

    private ArrayDataset.Builder arrays(NDArray data, NDArray labels) {
        return new ArrayDataset.Builder().setData(data).optLabels(labels).setSampling(4, true);
    }

    private static float[] read(LabelledDataset data, int index, int values) {
        float[] target = new float[values];
        data.read(index, new SplittableRandom(0), target, 0);
        return target;
    }

    @Test
    void anArrayOfAnyTypeIsReadAsFloat32() throws IOException {
        NDArray values = manager.arange(30).reshape(5, 2, 3).toType(DataType.INT64, false);
        DjlDataset data = DjlDataset.of(arrays(values, labels(5)).build(), NAMES);

        assertThat(data.size()).isEqualTo(5);
        assertThat(data.exampleShape()).isEqualTo(new Shape(2, 3));
        assertThat(data.classNames()).isEqualTo(NAMES);
        for (int i = 0; i < 5; i++) {
            int first = 6 * i;
            assertThat(data.label(i)).isEqualTo(i % 3);
            assertThat(read(data, i, 6))
                    .containsExactly(first, first + 1, first + 2, first + 3, first + 4, first + 5);
        }
    }

    @Test
    void aReadLeavesNoArrayBehind() throws IOException {
        NDArray values = manager.ones(new Shape(5, 4));
        DjlDataset data = DjlDataset.of(arrays(values, labels(5)).build(), NAMES);
        int before = manager.getManagedArrays().size();

        for (int i = 0; i < 5; i++) {
            read(data, i, 4);
        }

        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    /** Records {@code (index)}, with what a test makes of the label. */
    private static final class Indices extends RandomAccessDataset {

        private final double scale;
        private final int size;

        Indices(int size, double scale, @Nullable Transform transform) {
            super(builder(transform));
            this.size = size;
            this.scale = scale;
        }

        private static BaseBuilder<?> builder(@Nullable Transform transform) {
            ArrayDataset.Builder builder = new ArrayDataset.Builder().setSampling(2, false);
            return transform == null ? builder : builder.addTransform(transform);
        }

        @Override
        public Record get(NDManager manager, long index) {
            NDArray data = manager.ones(new Shape(index == 7 ? 3 : 2)).mul(index);
            return new Record(
                    new NDList(data), new NDList(manager.create((float) (index * scale))));
        }

        @Override
        protected long availableSize() {
            return size;
        }

        @Override
        public void prepare(Progress progress) {}
    }

    /** Doubles. */
    private static final class Twice implements Transform {
        @Override
        public NDArray transform(NDArray array) {
            return array.mul(2);
        }
    }

    @Test
    void theTransformsOfTheSetAreApplied() throws IOException {
        DjlDataset data = DjlDataset.of(new Indices(3, 1, new Twice()), NAMES);

        assertThat(read(data, 2, 2)).containsExactly(4, 4);
        assertThat(data.label(2)).isEqualTo(2);
    }

    @Test
    void whatDoesNotFitIsNamedBeforeTraining() {
        assertThatThrownBy(() -> DjlDataset.of(new Indices(4, 1, null), NAMES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("example 3: label 3, expected 0 to 2 (there are 3 classes)");
        assertThatThrownBy(() -> DjlDataset.of(new Indices(4, 0.5, null), NAMES))
                .hasMessage("example 1: label 0.5, expected a class index");
        assertThatThrownBy(() -> DjlDataset.of(new Indices(9, 0, null), NAMES))
                .hasMessage("example 7 has the shape (3), expected that of the first, (2)");
        assertThatThrownBy(() -> DjlDataset.of(new Indices(0, 0, null), NAMES))
                .hasMessageStartingWith("a data set of 0 examples, expected 1 to");
    }

    @Test
    void labelsThatAreNoClassIndexAreRefused() {
        NDArray values = manager.ones(new Shape(5, 4));
        NDArray oneHot = manager.ones(new Shape(5, 3));

        assertThatThrownBy(() -> DjlDataset.of(arrays(values, oneHot).build(), NAMES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("labels of shape (1, 3) in a batch of one, expected (1, …)");
    }

    @Test
    void fineTuningOnItEqualsFineTuningOnTheSameExamples() throws IOException {
        Blobs blobs = new Blobs(60, 3);
        float[] values = new float[240];
        for (int i = 0; i < 60; i++) {
            blobs.read(i, new SplittableRandom(0), values, 4 * i);
        }
        NDArray array = manager.create(values, new Shape(60, 4));
        DjlDataset data = DjlDataset.of(arrays(array, labels(60)).build(), blobs.classNames());

        List<EpochMetrics> expected = fit(blobs);
        List<EpochMetrics> actual = fit(data);

        assertThat(actual)
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds", "waited")
                .containsExactlyElementsOf(expected);
    }

    private List<EpochMetrics> fit(LabelledDataset data) {
        try (AdaptedBlock adapted =
                Rlrr.adapt(
                        Fixtures.mlp(manager, 1),
                        RlrrConfig.builder().scaleAndShift("all-norm").build())) {
            return FineTuner.builder(adapted)
                    .dataset(data)
                    .validation(data)
                    .epochs(1)
                    .batchSize(8)
                    .build()
                    .fit()
                    .epochs();
        }
    }
}
