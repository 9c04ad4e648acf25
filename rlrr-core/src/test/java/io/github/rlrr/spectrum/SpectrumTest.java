package io.github.rlrr.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpectrumTest {

    private static void assertEqualsJacobi(double[] values, int rows, int columns) {
        double[] expected = Jacobi.singularValues(values, rows, columns);
        List<Double> actual = Spectrum.of(values, rows, columns).values();
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual.get(i))
                    .as("value %d", i + 1)
                    .isCloseTo(expected[i], Percentage.withPercentage(0.01));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 9", "9, 1", "5, 5", "120, 30", "30, 120", "128, 128"})
    void singularValuesEqualThoseOfJacobiRotations(int rows, int columns) {
        SplittableRandom random = new SplittableRandom(rows * 1000L + columns);
        double[] values = random.doubles((long) rows * columns, -1, 1).toArray();
        assertEqualsJacobi(values, rows, columns);
    }

    @Test
    void valuesDownToABillionthOfTheLargestAreExactToFourDigits() {
        // Columns of very different lengths: λ falls by ten from one to the next.
        SplittableRandom random = new SplittableRandom(7);
        double[] values = random.doubles(40 * 10L, -1, 1).toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] *= Math.pow(10, -(i % 10));
        }
        List<Double> spectrum = Spectrum.of(values, 40, 10).values();
        assertThat(spectrum.get(9) / spectrum.get(0)).isLessThan(2e-9);
        assertEqualsJacobi(values, 40, 10);
    }

    @Test
    void theEffectiveRankOfEqualValuesIsTheirNumber() {
        Spectrum four = new Spectrum(List.of(2.0, 2.0, 2.0, 2.0, 0.0));
        assertThat(four.effectiveRank()).isCloseTo(4, within(1e-12));
    }

    @Test
    void theEffectiveRankOfOneValueIsOneAndOfZerosIsZero() {
        assertThat(new Spectrum(List.of(3.0, 0.0)).effectiveRank()).isEqualTo(1);
        assertThat(new Spectrum(List.of(0.0, 0.0)).effectiveRank()).isZero();
    }

    @Test
    void theEffectiveRankOfThreeAndOneIsTheirEntropys() {
        // p = 3/4, 1/4: exp(3/4·ln(4/3) + 1/4·ln 4) = (4/3)^(3/4) · 4^(1/4)
        double expected = Math.pow(4 / 3.0, 0.75) * Math.pow(4, 0.25);
        assertThat(new Spectrum(List.of(3.0, 1.0)).effectiveRank())
                .isCloseTo(expected, within(1e-12));
    }

    @Test
    void normAndRank() {
        Spectrum spectrum = new Spectrum(List.of(4.0, 3.0, 1e-9));
        assertThat(spectrum.norm()).isCloseTo(5, within(1e-12));
        assertThat(spectrum.largest()).isEqualTo(4);
        assertThat(spectrum.rank(1e-6)).isEqualTo(2);
        assertThat(spectrum.rank(0)).isEqualTo(3);
    }

    @Test
    void valuesThatAreNoSpectrum() {
        assertThatThrownBy(() -> new Spectrum(List.of()))
                .hasMessage("values is empty, expected a value at least");
        assertThatThrownBy(() -> new Spectrum(List.of(1.0, 2.0)))
                .hasMessageContaining("2.0 after 1.0, expected at least 0 and the largest first");
        assertThatThrownBy(() -> new Spectrum(Collections.nCopies(2, -1.0)))
                .hasMessageContaining("-1.0");
        assertThatThrownBy(() -> new Spectrum(List.of(Double.NaN))).hasMessageContaining("NaN");
    }

    @Test
    void entriesThatAreNoMatrix() {
        assertThatThrownBy(() -> Spectrum.of(new double[5], 2, 3))
                .hasMessage("5 entries are no matrix of 2 x 3");
        assertThatThrownBy(() -> Spectrum.of(new double[] {1, Double.NaN}, 1, 2))
                .hasMessageStartingWith("an entry is NaN");
    }
}
