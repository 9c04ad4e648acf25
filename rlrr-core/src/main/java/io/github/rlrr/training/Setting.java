package io.github.rlrr.training;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a run can be told: its names, its default, what it may be and what it means.
 *
 * <p>The Java builder, the command line, the file of a run's options and the documentation follow
 * from it.
 *
 * @param <T> the type of its values: a number, a truth value or an enum
 * @param name in Java and in the state of a run, such as {@code learningRate}
 * @param option on the command line, after two dashes, and in a file of options, such as {@code lr}
 * @param usual the default
 * @param unit what stands for a value in a help text, such as {@code EPOCHS}; empty for a truth
 *     value
 * @param range what it may be
 * @param words what it means, in a sentence for a help text
 * @param usualWords the default in words; null: the value itself
 * @param isFound whether the default is found when the rest is known, rather than being a value
 */
public record Setting<T>(
        String name,
        String option,
        T usual,
        String unit,
        Range<T> range,
        String words,
        @Nullable String usualWords,
        boolean isFound) {

    /**
     * A setting whose default is a value.
     *
     * @param name in Java
     * @param option on the command line
     * @param usual the default
     * @param unit what stands for a value
     * @param range what it may be
     * @param words what it means
     * @param usualWords the default in words; null: the value itself
     */
    public Setting(
            String name,
            String option,
            T usual,
            String unit,
            Range<T> range,
            String words,
            @Nullable String usualWords) {
        this(name, option, usual, unit, range, words, usualWords, false);
    }

    /**
     * What a setting may be.
     *
     * @param <T> the type of its values
     * @param label what the setting is called in a message, such as {@code learning rate}
     * @param holds whether a value is in it
     * @param words what stands after "expected", such as {@code at least 1}
     */
    public record Range<T>(String label, Predicate<T> holds, String words) {

        static Range<Integer> atLeast(int least, String label) {
            return new Range<>(label, value -> value >= least, "at least " + least);
        }

        static Range<Double> amount(String label) {
            return new Range<>(label, value -> value >= 0 && Double.isFinite(value), "0 or more");
        }

        static <T> Range<T> any(String label) {
            return new Range<>(label, value -> true, "any");
        }
    }

    /**
     * A truth value, false by default.
     *
     * @param name in Java
     * @param option on the command line
     * @param words what is done where it is true
     * @return the setting
     */
    public static Setting<Boolean> flag(String name, String option, String words) {
        return new Setting<>(name, option, false, "", Range.any(option), words, null);
    }

    /**
     * A share or a rate that is off at its default, 0; who uses it checks it.
     *
     * @param name in Java
     * @param option on the command line
     * @param unit what stands for a value
     * @param words what it does
     * @return the setting
     */
    public static Setting<Double> share(String name, String option, String unit, String words) {
        return new Setting<>(name, option, 0.0, unit, Range.any(option), words, null);
    }

    /**
     * The type of its values.
     *
     * @return the class, of a number the boxed one
     */
    @SuppressWarnings("unchecked") // the class of a T
    public Class<T> type() {
        return (Class<T>)
                (usual instanceof Enum<?> constant
                        ? constant.getDeclaringClass()
                        : usual.getClass());
    }

    /**
     * This setting with another default.
     *
     * @param value the default
     * @return a copy under the same names
     */
    public Setting<T> usually(T value) {
        return new Setting<>(name, option, value, unit, range, words, null);
    }

    /**
     * This setting with a default that is found when the rest is known.
     *
     * @param said the default in words
     * @return a copy under the same names
     */
    public Setting<T> usually(String said) {
        return new Setting<>(name, option, usual, unit, range, words, said, true);
    }

    /**
     * The default in words.
     *
     * @return such as {@code 0.003} or {@code 0, never}
     */
    public String usualText() {
        return usualWords == null ? text(usual) : usualWords;
    }

    /**
     * A value as the command line takes it.
     *
     * @param value the value
     * @return numbers without an exponent, constants in lower case
     */
    public static String text(Object value) {
        return value instanceof Double number
                ? new BigDecimal(number.toString()).stripTrailingZeros().toPlainString()
                : value.toString().toLowerCase(Locale.ROOT);
    }

    /** What is wrong with a value; null when nothing is. */
    @Nullable String fault(T value) {
        return range.holds().test(value)
                ? null
                : range.label() + " is " + value + ", expected " + range.words();
    }
}
