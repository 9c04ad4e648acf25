package io.github.rlrr.task;

import java.util.Locale;

/**
 * A named value that tells how a model does.
 *
 * @param name in lower case with underscores, such as {@code mean_average_precision}
 * @param scale how it is told, and which of two is the better
 * @param unit what it is counted in, such as {@code nats}; may be empty
 * @param value the value; NaN where there is none
 */
public record Figure(String name, Scale scale, String unit, double value) {

    /** How a figure is told, and which of two is the better. */
    public enum Scale {
        /** Of 0 to 1, told in per cent; more is better. */
        SHARE(true),

        /** A number; more is better. */
        SCORE(true),

        /** A number; less is better: a loss, an error. */
        ERROR(false),

        /** How many there are. */
        COUNT(true);

        private final boolean moreIsBetter;

        Scale(boolean moreIsBetter) {
            this.moreIsBetter = moreIsBetter;
        }
    }

    /** The name of the mean loss over the examples, which every task has. */
    public static final String LOSS = "loss";

    /**
     * A share of 0 to 1 without a value yet.
     *
     * @param name the name
     * @return the figure
     */
    public static Figure share(String name) {
        return new Figure(name, Scale.SHARE, "%", Double.NaN);
    }

    /**
     * A number without a value yet, of which more is better.
     *
     * @param name the name
     * @return the figure
     */
    public static Figure score(String name) {
        return new Figure(name, Scale.SCORE, "", Double.NaN);
    }

    /**
     * A number without a value yet, of which less is better.
     *
     * @param name the name
     * @param unit what it is counted in
     * @return the figure
     */
    public static Figure error(String name, String unit) {
        return new Figure(name, Scale.ERROR, unit, Double.NaN);
    }

    /**
     * A count without a value yet.
     *
     * @param name the name
     * @return the figure
     */
    public static Figure count(String name) {
        return new Figure(name, Scale.COUNT, "", Double.NaN);
    }

    /**
     * The same figure of something else.
     *
     * @param other its value
     * @return the figure
     */
    public Figure of(double other) {
        return new Figure(name, scale, unit, other);
    }

    /**
     * Whether this value is the better one.
     *
     * @param other a value of the same figure
     * @return true or false; false where one of them is NaN
     */
    public boolean isBetterThan(double other) {
        return scale.moreIsBetter ? value > other : value < other;
    }

    /**
     * The name for people.
     *
     * @return words with spaces between them
     */
    public String words() {
        return name.replace('_', ' ');
    }

    /**
     * The name as a title.
     *
     * @return the words, the first with a capital letter
     */
    public String title() {
        return words().substring(0, 1).toUpperCase(Locale.ROOT) + words().substring(1);
    }

    /**
     * The value for a chart: a share in per cent, anything else as it is.
     *
     * @return the number
     */
    public double shown() {
        return scale == Scale.SHARE ? 100 * value : value;
    }

    /**
     * The value for a line of text, such as {@code 43.2 %} or {@code 1.2769}.
     *
     * @param share how the number of a share is formatted, such as {@code %5.1f}
     * @return the text
     */
    public String text(String share) {
        return switch (scale) {
            case SHARE -> String.format(Locale.ROOT, share, shown()) + " %";
            case COUNT -> String.format(Locale.ROOT, "%.0f", value);
            default -> String.format(Locale.ROOT, "%.4f", value);
        };
    }
}
