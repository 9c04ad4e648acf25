package io.github.rlrr.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every figure of a change against numpy's; the script beside the numbers makes them. */
class NumpyTest {

    /** Asked for. Measured: 1e-12. */
    private static final Percentage RELATIVE = Percentage.withPercentage(0.01);

    /** Degrees. Both sides' vectors and numpy's arc cosine are exact to 1e-6 degrees here. */
    private static final double DEGREES = 1e-5;

    record Case(
            int rows,
            int columns,
            int leading,
            List<Double> before,
            List<Double> after,
            List<Double> change,
            List<Double> effective_rank,
            double relative_norm,
            List<Double> outputs,
            List<Double> inputs) {

        @Override
        public String toString() {
            return rows + " x " + columns;
        }

        LayerChange computed() {
            double[] w = new double[rows * columns];
            double[] changed = new double[w.length];
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    int at = i * columns + j;
                    w[at] = Math.sin(1.7 * (i + 1) * (j + 1) + 0.3 * (i + 1) * (i + 1));
                    changed[at] = w[at] * (1 + 0.3 * Math.cos(i + 1) * Math.sin(2 * j + 1));
                }
            }
            return LayerChange.of(
                    "w",
                    new Entries(w, rows, columns),
                    new Entries(changed, rows, columns),
                    leading);
        }
    }

    static List<Case> cases() throws IOException {
        try (Reader in =
                new InputStreamReader(
                        NumpyTest.class.getResourceAsStream("/spectrum/expected.json"),
                        StandardCharsets.UTF_8)) {
            return List.of(new Gson().fromJson(in, Case[].class));
        }
    }

    private static void assertClose(List<Double> actual, List<Double> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).isCloseTo(expected.get(i), RELATIVE);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSingularValuesAreNumpys(Case c) {
        LayerChange computed = c.computed();
        assertClose(computed.before().values(), c.before());
        assertClose(computed.after().values(), c.after());
        assertClose(computed.change().values(), c.change());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theEffectiveRanksAndTheRelativeNormAreNumpys(Case c) {
        LayerChange computed = c.computed();
        assertClose(
                List.of(
                        computed.before().effectiveRank(),
                        computed.after().effectiveRank(),
                        computed.change().effectiveRank()),
                c.effective_rank());
        assertThat(computed.relativeNorm()).isCloseTo(c.relative_norm(), RELATIVE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void thePrincipalAnglesAreNumpys(Case c) {
        LayerChange computed = c.computed();
        for (int i = 0; i < c.leading(); i++) {
            assertThat(computed.outputs().degrees().get(i))
                    .isCloseTo(c.outputs().get(i), within(DEGREES));
            assertThat(computed.inputs().degrees().get(i))
                    .isCloseTo(c.inputs().get(i), within(DEGREES));
        }
    }
}
