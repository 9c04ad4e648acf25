package io.github.rlrr.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchTableTest {

    private static Measurement measured(Long peak, Double floor) {
        return new Measurement(
                "rlrr",
                "train",
                "vit-b16",
                8,
                100,
                "float32",
                false,
                false,
                false,
                null,
                "cpu",
                2,
                1,
                4,
                List.of(4.0, 5.0, 3.0, 9.0),
                List.of(8.0, 9.0, 10.0, 11.0),
                Map.of(),
                peak,
                783_000_000_000L,
                floor,
                Map.of("rlrr", "1.0"),
                new Machine("Linux", 2, "a processor", 8L << 30));
    }

    @Test
    void aStepIsSaidByMedianAndSpread() {
        String[] lines = BenchTable.of(List.of(measured(3L << 30, 3.6))).split("\\R", -1);

        assertThat(lines[0].split("  +", -1))
                .containsExactly(
                        "",
                        "s/step",
                        "min",
                        "max",
                        "images/s",
                        "CPU s/step",
                        "peak GiB",
                        "GFLOP/step",
                        "GFLOP/s",
                        "floor s",
                        "floor share");
        assertThat(lines[1].split("  +", -1))
                .containsExactly(
                        "train vit-b16, batch 8",
                        "4.50",
                        "3.00",
                        "9.00",
                        "1.78",
                        "9.50",
                        "3.00",
                        "783",
                        "174",
                        "3.60",
                        "80.0 %");
        assertThat(lines[2]).isEqualTo("4 steps after 1, float32, cpu, threads 2");
        assertThat(lines[3]).isEqualTo("a processor, 2 cores, 8.0 GiB, Linux");
    }

    @Test
    void whatIsNotKnownIsADash() {
        String[] lines = BenchTable.of(List.of(measured(null, null))).split("\\R", -1);

        assertThat(lines[1].split("  +", -1))
                .containsExactly(
                        "train vit-b16, batch 8",
                        "4.50",
                        "3.00",
                        "9.00",
                        "1.78",
                        "9.50",
                        "-",
                        "783",
                        "174",
                        "-",
                        "-");
    }

    @Test
    void theMedianOfAnOddNumberIsTheMiddleOne() {
        assertThat(BenchTable.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
    }

    @Test
    void aMeasurementComesBackFromItsLine() {
        Measurement measured = measured(null, 3.6);

        assertThat(Measurement.parse(measured.json())).isEqualTo(measured);
        assertThat(measured.json()).doesNotContain("\n").contains("\"peak_memory_bytes\":null");
    }
}
