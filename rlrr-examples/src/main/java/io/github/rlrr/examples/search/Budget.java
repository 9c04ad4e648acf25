package io.github.rlrr.examples.search;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a search may take, the training of what it chose among it.
 *
 * @param amount seconds, or the share of the full grid's time
 * @param isShare which of the two
 */
public record Budget(double amount, boolean isShare) {

    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)([%smh])");

    /** Reads such as {@code 33%}, {@code 90s}, {@code 10m} or {@code 2h}. */
    public static Budget parse(String text) {
        Matcher parts = FORM.matcher(text.strip());
        double number = parts.matches() ? Double.parseDouble(parts.group(1)) : 0;
        if (number == 0) {
            throw new IllegalArgumentException(
                    "--search-budget is \""
                            + text
                            + "\", expected a time such as 90s, 10m or 2h, or a share of the full"
                            + " grid's such as 33%");
        }
        return switch (parts.group(2)) {
            case "%" -> new Budget(number / 100, true);
            case "m" -> new Budget(60 * number, false);
            case "h" -> new Budget(3600 * number, false);
            default -> new Budget(number, false);
        };
    }

    /** In seconds, where the full grid takes so many. */
    double seconds(double grid) {
        return isShare ? amount * grid : amount;
    }
}
