package io.github.rlrr.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.training.FineTuneListener.StepProgress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {

    private final AtomicLong clock = new AtomicLong(7_000_000_000L);
    private final Pace pace = new Pace(clock::get);

    private StepProgress step(long step, double seconds) {
        clock.addAndGet((long) (seconds * 1e9));
        StepProgress progress = new StepProgress(step, 100, 1, 30, 0.5, 0.001);
        pace.step(progress);
        return progress;
    }

    @Test
    void nothingIsToldOfOneStep() {
        StepProgress first = step(1, 99);
        assertThat(pace.imagesPerSecond()).isNaN();
        assertThat(pace.secondsLeft(first)).isNaN();
        assertThat(pace.text(first)).isEqualTo("loss 0.500 lr 1.0e-03");
    }

    @Test
    void theSpeedIsThatOfTheStepsAfterTheFirst() {
        step(1, 99);
        step(2, 2);
        StepProgress third = step(3, 4);
        assertThat(pace.imagesPerSecond()).isEqualTo(10);
        assertThat(pace.secondsLeft(third)).isEqualTo(97 * 3);
        assertThat(pace.text(third)).isEqualTo("left 4:51 10 images/s loss 0.500 lr 1.0e-03");
    }

    @Test
    void hoursLeftAreToldAsSuch() {
        step(1, 0);
        assertThat(pace.text(step(2, 100))).startsWith("left 2:43:20 0 images/s ");
    }

    @Test
    void evaluationsCountForTheTimeLeftAndNotForTheSpeed() {
        step(1, 0);
        step(2, 1);
        assertThat(pace.images()).isEqualTo(60);
        pace.endEpoch();
        assertThat(pace.images()).isZero();
        step(3, 1 + 7);
        StepProgress fourth = step(4, 1);
        assertThat(pace.imagesPerSecond()).isEqualTo(30);
        assertThat(pace.secondsLeft(fourth)).isEqualTo(10.0 / 3 * 96);
    }

    @Test
    void aRunThatWentOnLaterIsMeasuredFromWhereItWentOn() {
        step(91, 0);
        StepProgress next = step(92, 2);
        assertThat(pace.secondsLeft(next)).isEqualTo(16);
    }
}
