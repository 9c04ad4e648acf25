package io.github.rlrr.examples.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.rlrr.vit.VitConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryForecastTest {

    private static final VitConfig B16 = VitConfig.VIT_B_16.withClasses(100);

    private final StringWriter said = new StringWriter();

    private static MemoryForecast forecast(int batch, boolean recompute) {
        return MemoryForecast.of(B16, new MemoryForecast.Step(batch, 400_000, false, recompute));
    }

    private void check(MemoryForecast forecast, double share) {
        FreeMemory free = new FreeMemory((long) (forecast.bytes() / share), 0);
        forecast.check(free, new PrintWriter(said));
    }

    @Test
    void aRunBeyondTheMemoryByAFifthIsRefusedWithCheaperChoicesAndTheOverride() {
        assertThatThrownBy(() -> check(forecast(512, false), 1.21))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the run will take about ")
                .hasMessageContaining("--batch-size 128,")
                .hasMessageContaining("--recompute")
                .hasMessageContaining("--method linear-probe")
                .hasMessageContaining("--ignore-memory");
    }

    @Test
    void onlyOptionsOfTheCommandAreNamed() {
        assertThat(forecast(32, false).naming("--batch-size"::equals).cheaper())
                .containsExactly("--batch-size 8", "a smaller --image-size or checkpoint");
    }

    @Test
    void aCloserOneIsWarnedOf() {
        check(forecast(32, false), 1.19);
        check(forecast(32, false), 0.91);
        assertThat(said.toString().lines()).hasSize(2).allMatch(l -> l.startsWith("warning: "));
    }

    @Test
    void aRunThatFitsSaysNothing() {
        check(forecast(32, false), 0.89);
        assertThat(said.toString()).isEmpty();
    }

    /** Peaks of {@code bench train} with the start script's settings; 0.28 GiB are Java's. */
    @ParameterizedTest
    @CsvSource({
        "vit-s-16, 8, false, 0.94",
        "vit-b-16, 8, false, 2.05",
        "vit-b-16, 32, false, 4.75",
        "vit-l-16, 8, false, 5.53",
        "vit-h-14, 8, false, 11.4",
        "vit-b-16, 8, true, 1.02",
        "vit-b-16, 32, true, 1.90"
    })
    void measuredPeaksAreWithinAFifth(String name, int batch, boolean recompute, double peak) {
        VitConfig model = VitConfig.named(name).withClasses(100);
        double weights = 12.0 * model.depth() * model.width() * model.width() * 4;
        MemoryForecast.Step step = new MemoryForecast.Step(batch, 400_000, false, recompute);
        double forecast = weights + (double) MemoryForecast.of(model, step).bytes();
        assertThat(0.28 + forecast / (1L << 30)).isCloseTo(peak, withinPercentage(20));
    }

    @Test
    void recomputationAndAProbeTakeLess() {
        long kept = forecast(32, false).bytes();
        long probe =
                MemoryForecast.of(B16, new MemoryForecast.Step(32, 76_900, true, false)).bytes();
        assertThat(forecast(32, true).bytes()).isLessThan(kept / 2);
        assertThat(probe).isLessThan(kept / 3);
    }
}
