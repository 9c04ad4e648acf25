package io.github.rlrr.tensor;

/**
 * Converts between the 16-bit floating point formats and float32.
 *
 * <p>A binary16 value with sign s, exponent e (5 bits) and fraction f (10 bits) is (−1)^s ·
 * 2^(e−15) · (1 + f/1024), for e = 0 it is (−1)^s · 2^(−14) · f/1024, and e = 31 holds the
 * infinities (f = 0) and NaNs. JDK 20 brings this conversion; Java 17 has none.
 */
final class HalfFloats {

    /** Fraction bits of binary32 that binary16 lacks. */
    private static final int DROPPED = 13;

    /** Difference of the exponent biases, 127 − 15. */
    private static final int BIAS = 112;

    private static final int HALF_INFINITY = 0x7c00;
    private static final int FLOAT_INFINITY = 0x7f800000;

    private HalfFloats() {}

    /** The bits of the float32 that equals a binary16 value; NaN payloads are kept. */
    static int halfToFloatBits(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0x1f) {
            return sign | FLOAT_INFINITY | fraction << DROPPED;
        }
        if (exponent != 0) {
            return sign | (exponent + BIAS) << 23 | fraction << DROPPED;
        }
        // A subnormal is fraction · 2^-24, which float32 holds as a normal number.
        return sign | Float.floatToRawIntBits(fraction * 0x1p-24f);
    }

    /** The bits of the float32 that equals a bfloat16 value. */
    static int bfloatToFloatBits(short bfloat) {
        return bfloat << 16;
    }

    /**
     * The binary16 nearest to a float32, ties to even; beyond the range an infinity, as IEEE 754
     * rounds. A NaN stays one and keeps the upper bits of its payload.
     */
    static short floatToHalf(int floatBits) {
        int sign = (floatBits >>> 16) & 0x8000;
        int magnitude = floatBits & 0x7fffffff;
        if (magnitude > FLOAT_INFINITY) {
            int payload = (magnitude >> DROPPED) & 0x3ff;
            return (short) (sign | HALF_INFINITY | (payload == 0 ? 0x200 : payload));
        }
        int exponent = (magnitude >> 23) - BIAS;
        if (exponent >= 0x1f) {
            return (short) (sign | HALF_INFINITY);
        }
        if (exponent < -10) {
            return (short) sign; // below half of the least subnormal, 2^-25
        }
        if (exponent > 0) {
            // Rounding may carry into the exponent, up to infinity: that is the right result.
            return (short) (sign | roundShift(magnitude - (BIAS << 23), DROPPED));
        }
        int significand = (magnitude & 0x7fffff) | 0x800000;
        return (short) (sign | roundShift(significand, DROPPED + 1 - exponent));
    }

    /**
     * The float32 between which and {@code value} no rounding to binary16 changes: truncated, with
     * the last bit set where anything was cut off. Rounding a double to binary16 through the
     * nearest float32 would round twice.
     */
    static float roundToOdd(double value) {
        float nearest = (float) value;
        if (Double.isNaN(value) || nearest == value) {
            return nearest;
        }
        float truncated =
                Math.abs((double) nearest) > Math.abs(value) ? Math.nextAfter(nearest, 0) : nearest;
        return Float.intBitsToFloat(Float.floatToRawIntBits(truncated) | 1);
    }

    /** Divides by 2^shift, to nearest, ties to even; {@code shift} is 1 to 30. */
    private static int roundShift(int value, int shift) {
        int half = 1 << (shift - 1);
        int odd = (value >> shift) & 1;
        return (value + half - 1 + odd) >> shift;
    }
}
