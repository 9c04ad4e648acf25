package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import io.github.rlrr.Blobs;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.data.LabelledDataset;
import io.github.rlrr.method.RlrrConfig;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a run refuses, and what it leaves behind when it fails. */
class FineTunerFaultsTest {

    private static final Blobs DATA = new Blobs(60, 3);

    private final NDManager manager = Fixtures.manager();
    private Fixtures.Mlp base;
    private AdaptedBlock adapted;
    private boolean gradMode;

    @BeforeEach
    void adapt() {
        base = Fixtures.mlp(manager, 1);
        adapted = adapter();
    }

    private AdaptedBlock adapter() {
        return Rlrr.adapt(base, RlrrConfig.builder().scaleAndShift("all-norm").build());
    }

    @BeforeEach
    void recordGradients() {
        gradMode = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
    }

    @AfterEach
    void close() {
        JniUtils.setGradMode(gradMode);
        adapted.close();
        manager.close();
    }

    private FineTuner.Builder builder() {
        return FineTuner.builder(adapted).dataset(DATA).epochs(3).batchSize(8).learningRate(0.02);
    }

    /** Counts steps, and does something on each. */
    private static FineTuneListener onStep(Runnable action) {
        return new FineTuneListener() {
            @Override
            public void onStep(StepProgress progress) {
                action.run();
            }
        };
    }

    @Test
    void everyFaultOfAConfigurationStandsInOneMessage() {
        FineTuner.Builder builder =
                FineTuner.builder(adapted)
                        .epochs(0)
                        .batchSize(0)
                        .learningRate(Double.NaN)
                        .weightDecay(-1);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "epochs is 0, expected at least 1; batch size is 0, expected at least 1;"
                                + " learning rate is NaN, expected more than 0; weight decay is"
                                + " -1.0, expected 0 or more; no training set; call dataset(...)");
    }

    @Test
    void aWarmUpAsLongAsTheRunIsRefused() {
        assertThatThrownBy(() -> builder().warmupEpochs(3).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("warm-up of 3.0 epochs is not shorter than the run of 3");
    }

    @Test
    void aValidationSetOfOtherClassesIsRefused() {
        assertThatThrownBy(() -> builder().validation(new Blobs(9, 2)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the validation set's classes [a, b] are not the training set's [a, b, c]");
    }

    @Test
    void aLossThatIsNotFiniteEndsTheRunWithAdvice() {
        Fixtures.set(Fixtures.tensor(adapted, "norm.shift"), 0, Float.NaN, 0, 0, 0, 0);
        assertThatThrownBy(() -> builder().build().fit())
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("the loss is NaN at step 1 with learning rate")
                .hasMessageContaining("try a lower learning rate");
    }

    @Test
    void recomputationIsRefusedForANetworkWithoutSegments() {
        assertThatThrownBy(() -> builder().recompute(true).build().fit())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "recomputation is asked for, but the network has no segments to compute"
                                + " again: run its parts through Segment.run, or train without");
    }

    @Test
    void moreClassesThanTheHeadHasAreRefused() {
        assertThatThrownBy(() -> builder().dataset(new Blobs(10, 4)).build().fit())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the data has 4 classes but the model's head has 3 outputs");
    }

    @Test
    void aSecondRunAtTheSameTimeIsRefused() {
        FineTuner second = builder().build();
        FineTuner first = builder().listener(onStep(second::fit)).build();
        assertThatThrownBy(first::fit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another run is training in this process");
    }

    @Test
    void aFailedRunLeavesNothingAllocatedAndTheNextOneRuns() {
        Fixtures.Alive before = Fixtures.alive();
        FineTuner failing =
                builder()
                        .listener(
                                onStep(
                                        () -> {
                                            throw new UnsupportedOperationException("mine");
                                        }))
                        .build();
        assertThatThrownBy(failing::fit).hasMessage("mine");
        assertThat(Fixtures.alive()).isEqualTo(before);
        assertThat(JniUtils.isGradMode()).isTrue();
        assertThat(builder().build().fit().steps()).isEqualTo(24);
    }

    @Test
    void aGradientCollectorOfTheCallersIsRefusedAndLeavesNothingAllocated() {
        Fixtures.Alive before = Fixtures.alive();
        FineTuner tuner = builder().build();
        try (GradientCollector open = manager.getEngine().newGradientCollector()) {
            assertThat(open).isNotNull();
            assertThatThrownBy(tuner::fit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("already collecting");
        }
        assertThat(Fixtures.alive()).isEqualTo(before);
        assertThat(tuner.fit().steps()).isEqualTo(24);
    }

    @Test
    void aDataSetThatCannotTellItsSizeLeavesNothingAllocated() {
        LabelledDataset broken =
                new LabelledDataset() {
                    @Override
                    public int size() {
                        throw new UnsupportedOperationException("no size");
                    }

                    @Override
                    public Shape exampleShape() {
                        return DATA.exampleShape();
                    }

                    @Override
                    public List<String> classNames() {
                        return DATA.classNames();
                    }

                    @Override
                    public int label(int index) {
                        return 0;
                    }

                    @Override
                    public void read(int index, SplittableRandom random, float[] to, int at) {}
                };
        Fixtures.Alive before = Fixtures.alive();
        FineTuner failing = builder().dataset(broken).build();
        assertThatThrownBy(failing::fit).hasMessage("no size");
        assertThat(Fixtures.alive()).isEqualTo(before);
        assertThat(JniUtils.isGradMode()).isTrue();
    }
}
