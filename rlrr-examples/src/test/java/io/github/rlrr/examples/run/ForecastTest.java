package io.github.rlrr.examples.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.training.FineTuneListener.StepProgress;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForecastTest {

    private static String forecast(long totalSteps, int steps) {
        StringWriter said = new StringWriter();
        Forecast forecast =
                new Forecast(new PrintWriter(said), 10, 100, List.of("a smaller model"));
        for (int step = 1; step <= steps; step++) {
            forecast.onStep(new StepProgress(step, totalSteps, 1, 32, 1.0, 1e-3));
        }
        return said.toString();
    }

    @Test
    void aLongRunIsToldOfCheaperChoices() {
        assertThat(forecast(Long.MAX_VALUE / 2, 7))
                .startsWith("forecast: ")
                .contains("peak memory so far")
                .contains("cheaper: a smaller model");
    }

    @Test
    void aShortRunIsNot() {
        assertThat(forecast(100, 7)).startsWith("forecast: 100 steps").doesNotContain("cheaper");
    }

    @Test
    void nothingIsSaidBeforeStepsAreMeasuredAndItIsSaidOnce() {
        assertThat(forecast(100, 6)).isEmpty();
        assertThat(forecast(100, 60).lines()).hasSize(1);
    }

    @Test
    void aRunOfFewStepsIsForecastAtItsLast() {
        assertThat(forecast(3, 3)).startsWith("forecast: 3 steps");
    }

    @ParameterizedTest
    @CsvSource({
        "0.2, about 1 s",
        "59, about 59 s",
        "125, about 2 min 05 s",
        "7500, about 2 h 05 min"
    })
    void durationsAreReadable(double seconds, String text) {
        assertThat(Forecast.duration(seconds)).isEqualTo(text);
    }
}
