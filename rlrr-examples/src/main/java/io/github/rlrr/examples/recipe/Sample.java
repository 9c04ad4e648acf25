package io.github.rlrr.examples.recipe;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A figure over seeds.
 *
 * @param mean in percent
 * @param deviation over seeds, with n − 1, in percentage points; null of one seed
 * @param runs the number of seeds
 */
record Sample(double mean, @Nullable Double deviation, int runs) {

    /** Of values in percent; null of none. */
    static @Nullable Sample of(List<Double> values) {
        int n = values.size();
        if (n == 0) {
            return null;
        }
        double mean = values.stream().mapToDouble(v -> v).sum() / n;
        if (n == 1) {
            return new Sample(mean, null, 1);
        }
        double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return new Sample(mean, Math.sqrt(squares / (n - 1)), n);
    }

    /** The mean, and the deviation after a sign. */
    String text(String sign) {
        return deviation == null
                ? percent(mean)
                : String.format(Locale.ROOT, "%.2f %s %.2f", mean, sign, deviation);
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
