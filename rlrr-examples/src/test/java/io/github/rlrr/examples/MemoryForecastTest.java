package io.github.rlrr.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.VitConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

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
                .hasMessageContaining("--batch-size 128 ")
                .hasMessageContaining("--recompute")
                .hasMessageContaining("--method linear-probe")
                .hasMessageContaining("--ignore-memory");
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

    @Test
    void recomputationAndAProbeTakeLess() {
        long kept = forecast(32, false).bytes();
        long probe =
                MemoryForecast.of(B16, new MemoryForecast.Step(32, 76_900, true, false)).bytes();
        assertThat(forecast(32, true).bytes()).isLessThan(kept / 3);
        assertThat(probe).isLessThan(kept / 3);
    }
}
