package io.github.rlrr.examples.report;

import java.util.Locale;

/** Text as HTML and SVG take it. */
final class Html {

    private Html() {}

    /**
     * Escapes text for content and for quoted attributes. Control characters, which HTML cannot
     * hold, become U+FFFD.
     */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\t', '\n' -> escaped.append(c);
                default -> escaped.append(Character.isISOControl(c) ? '\uFFFD' : c);
            }
        }
        return escaped.toString();
    }

    /** Fills a format whose text arguments are escaped; numbers as in English. */
    static String fill(String format, Object... values) {
        Object[] safe = values.clone();
        for (int i = 0; i < safe.length; i++) {
            if (safe[i] instanceof String text) {
                safe[i] = escape(text);
            }
        }
        return String.format(Locale.ROOT, format, safe);
    }
}
