package io.github.rlrr.io;

import java.util.HexFormat;

/** Shows texts of people's in one line of a message, a log or a table. */
public final class OneLine {

    private static final int LONGEST = 160;

    private OneLine() {}

    /**
     * Writes what would break a line or a terminal as Java and Python do: a line break as {@code
     * \n}, a tab as {@code \t}, other control characters, line separators and marks that turn the
     * direction of writing by their number, {@code \u001b}.
     *
     * @param text any text, such as the name of a folder
     * @return the text without such characters
     */
    public static String of(String text) {
        if (text.chars().noneMatch(OneLine::breaks)) {
            return text;
        }
        StringBuilder line = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!breaks(c)) {
                line.append(c);
                continue;
            }
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> line.append("\\u").append(HexFormat.of().toHexDigits(c));
            }
        }
        return line.toString();
    }

    /**
     * The start of a text that a file or a server gave, 160 characters.
     *
     * @param text any text
     * @return as for {@link #of}, with … in place of the rest
     */
    public static String start(String text) {
        return of(text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…");
    }

    private static boolean breaks(int c) {
        return Character.isISOControl(c)
                || c == 0x2028
                || c == 0x2029
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
