package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HalfFloatsTest {

    /** IEEE 754 binary16 by its definition, in double, where every value and product is exact. */
    private static double defined(int half) {
        int exponent = (half >> 10) & 31;
        int fraction = half & 1023;
        double sign = half >= 0x8000 ? -1 : 1;
        if (exponent == 31) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * Math.pow(2, -14) * (fraction / 1024.0)
                : sign * Math.pow(2, exponent - 15) * (1 + fraction / 1024.0);
    }

    @Test
    void everyHalfBecomesTheFloatOfItsDefinition() {
        for (int half = 0; half < 0x10000; half++) {
            float value = Float.intBitsToFloat(HalfFloats.halfToFloatBits((short) half));
            assertThat(Double.compare(value, defined(half))).as("half %04x", half).isZero();
        }
    }

    @Test
    void everyHalfSurvivesTheWayThroughFloat() {
        for (int half = 0; half < 0x10000; half++) {
            short back = HalfFloats.floatToHalf(HalfFloats.halfToFloatBits((short) half));
            assertThat(back).as("half %04x", half).isEqualTo((short) half);
        }
    }

    @Test
    void roundingGoesToTheNearestAndTiesToEven() {
        for (int half = 0; half < 0x7bff; half++) {
            // Neighbours and their middle have at most 12 significant bits: exact in float.
            float middle = (float) ((defined(half) + defined(half + 1)) / 2);
            int even = half % 2 == 0 ? half : half + 1;
            assertRounds(middle, even);
            assertRounds(Math.nextDown(middle), half);
            assertRounds(Math.nextUp(middle), half + 1);
        }
    }

    private static void assertRounds(float value, int half) {
        assertThat(HalfFloats.floatToHalf(Float.floatToRawIntBits(value)))
                .as("%s", value)
                .isEqualTo((short) half);
        assertThat(HalfFloats.floatToHalf(Float.floatToRawIntBits(-value)))
                .as("%s", -value)
                .isEqualTo((short) (half | 0x8000));
    }

    @Test
    void valuesBeyondTheRangeRoundToInfinityFromTheMiddleOn() {
        assertRounds(Math.nextDown(65520f), 0x7bff);
        assertRounds(65520f, 0x7c00);
        assertRounds(Float.MAX_VALUE, 0x7c00);
        assertRounds(Float.POSITIVE_INFINITY, 0x7c00);
        assertRounds(Float.MIN_VALUE, 0);
    }

    @Test
    void aNanWhosePayloadIsLostStaysANan() {
        assertThat(HalfFloats.floatToHalf(0x7f800001) & 0x3ff).isNotZero();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aDoubleRoundsOnceOnItsWayToHalf(long seed) {
        double[] table = new double[0x7c00];
        Arrays.setAll(table, HalfFloatsTest::defined);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            int half = random.nextInt(0x7bff);
            double middle = (table[half] + table[half + 1]) / 2;
            // So near to the middle that the nearest float is the middle itself.
            double value = i % 2 == 0 ? Math.nextUp(middle) : Math.nextDown(middle);
            int expected = i % 2 == 0 ? half + 1 : half;
            float odd = HalfFloats.roundToOdd(value);
            assertThat(HalfFloats.floatToHalf(Float.floatToRawIntBits(odd)))
                    .isEqualTo((short) expected);
        }
    }
}
