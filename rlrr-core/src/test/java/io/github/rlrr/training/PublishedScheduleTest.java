package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schedule against the rates that the published loop gave its optimizer. */
class PublishedScheduleTest {

    @ParameterizedTest
    @CsvFileSource(resources = "/parity/schedule/published.csv", numLinesToSkip = 1)
    void everyEpochHasThePublishedRate(
            double peak, int warmup, int cosine, int epoch, double rate) {
        LearningRateSchedule schedule = LearningRateSchedule.published(peak, warmup, cosine);
        // Both are double; the published code adds in another order.
        assertThat(schedule.rate(epoch)).isCloseTo(rate, within(1e-14 * peak));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 100, 109})
    void theRateStaysThroughoutAnEpoch(int epoch) {
        LearningRateSchedule schedule = LearningRateSchedule.published(3e-3, 10, 100);
        for (double within : new double[] {0.04, 0.5, 31 / 32.0}) {
            assertThat(schedule.rate(epoch + within)).isEqualTo(schedule.rate(epoch));
        }
    }

    @Test
    void theHighestRateOfAPublishedRunStaysBelowThePeak() {
        LearningRateSchedule schedule = LearningRateSchedule.published(1, 10, 100);
        double highest = 0;
        for (int epoch = 0; epoch < 110; epoch++) {
            highest = Math.max(highest, schedule.rate(epoch));
        }
        assertThat(highest).isEqualTo(schedule.rate(11)).isCloseTo(0.9755, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, 100",
        "1e-7, 10, 100",
        "NaN, 10, 100",
        "Infinity, 10, 100",
        "1, -1, 100",
        "1, 10, 10",
        "1, 0, 0"
    })
    void aScheduleThatMakesNoSenseIsRefused(double peak, int warmup, int cosine) {
        assertThatThrownBy(() -> LearningRateSchedule.published(peak, warmup, cosine))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learning rate " + peak)
                .hasMessageContaining("a warm-up of " + warmup + " of " + cosine + " epochs")
                .hasMessageContaining("expected a rate above 1.0E-7");
    }
}
