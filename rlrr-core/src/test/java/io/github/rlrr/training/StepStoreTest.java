package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StepStoreTest {

    private final NDManager manager = NDManager.newBaseManager();
    private int forwards;

    @AfterEach
    void close() {
        manager.close();
    }

    /** The gradient of Σ (x·w)·w by w, in two segments: 2·w·Σx. */
    private float gradient(boolean recompute, boolean trained) {
        NDArray x = manager.create(new float[] {1, 2, 4});
        NDArray w = manager.create(3f);
        w.setRequiresGradient(trained);
        NDArray bias = manager.create(0f);
        bias.setRequiresGradient(true);
        StepStore store = new StepStore(manager, recompute);
        store.begin(1);
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray y = x;
            for (int i = 0; i < 2; i++) {
                y = store.run((values, input) -> times(input, w), y);
            }
            collector.backward(y.sum().add(bias));
            store.backward();
        }
        return trained ? w.getGradient().getFloat() : 0;
    }

    private NDArray times(NDArray input, NDArray w) {
        forwards++;
        return input.mul(w);
    }

    @Test
    void aSegmentIsComputedAgainInBackward() {
        assertThat(gradient(true, true)).isEqualTo(42);
        assertThat(forwards).isEqualTo(4);
    }

    @Test
    void withoutRecomputationItIsComputedOnce() {
        assertThat(gradient(false, true)).isEqualTo(42);
        assertThat(forwards).isEqualTo(2);
    }

    @Test
    void whatNothingIsTrainedInIsComputedOnce() {
        gradient(true, false);
        assertThat(forwards).isEqualTo(2);
    }
}
