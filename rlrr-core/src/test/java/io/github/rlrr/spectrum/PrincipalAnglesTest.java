package io.github.rlrr.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PrincipalAnglesTest {

    private static PrincipalAngles between(int rows, double[] u, double[] v) {
        try (Matrix first = Matrix.of(u, rows, u.length / rows);
                Matrix second = Matrix.of(v, rows, v.length / rows)) {
            return PrincipalAngles.between(first, second);
        }
    }

    @Test
    void aSubspaceHasNoAngleToItselfInAnotherBasis() {
        double h = Math.sqrt(0.5);
        PrincipalAngles angles =
                between(3, new double[] {1, 0, 0, 1, 0, 0}, new double[] {h, h, h, -h, 0, 0});
        assertThat(angles.largest()).isCloseTo(0, within(1e-12));
    }

    @Test
    void aPlaneTurnedAboutALineOfItsOwn() {
        double c = Math.cos(Math.toRadians(30));
        double s = Math.sin(Math.toRadians(30));
        // Columns e1, e2 against e1, cos 30·e2 + sin 30·e3.
        PrincipalAngles angles =
                between(3, new double[] {1, 0, 0, 1, 0, 0}, new double[] {1, 0, 0, c, 0, s});
        assertThat(angles.degrees().get(0)).isCloseTo(0, within(1e-12));
        assertThat(angles.degrees().get(1)).isCloseTo(30, within(1e-12));
        assertThat(angles.mean()).isCloseTo(15, within(1e-12));
    }

    @Test
    void oneRightAngleAndOneOfSeventyDegrees() {
        double c = Math.cos(Math.toRadians(70));
        double s = Math.sin(Math.toRadians(70));
        PrincipalAngles angles =
                between(
                        4,
                        new double[] {1, 0, 0, 1, 0, 0, 0, 0},
                        new double[] {c, 0, 0, 0, s, 0, 0, 1});
        assertThat(angles.degrees().get(0)).isCloseTo(70, within(1e-12));
        assertThat(angles.degrees().get(1)).isCloseTo(90, within(1e-12));
    }

    @Test
    void anAngleTooSmallForItsCosineIsFound() {
        double angle = 1e-10;
        PrincipalAngles angles =
                between(2, new double[] {1, 0}, new double[] {Math.cos(angle), Math.sin(angle)});
        assertThat(Math.toRadians(angles.largest())).isCloseTo(angle, within(1e-14));
    }

    @Test
    void noAnglesAreNoAngles() {
        assertThatThrownBy(() -> new PrincipalAngles(List.of()))
                .hasMessage("degrees is empty, expected an angle at least");
    }
}
