package io.github.rlrr.io;

import java.util.Collection;

/** Shows lists in messages: five of them, and how many there are beyond. */
public final class ShortList {

    /** How many are shown. */
    public static final int SHOWN = 5;

    private ShortList() {}

    /**
     * Joins texts.
     *
     * @param texts in the order they are shown
     * @return "a, b", or "a, b, c, d, e and 7 more"
     */
    public static String of(Collection<?> texts) {
        return joined(texts, ", ");
    }

    /**
     * Joins texts with another separator.
     *
     * @param texts in the order they are shown
     * @param separator what stands between them
     * @return the first five, with the count of the others
     */
    public static String joined(Collection<?> texts, String separator) {
        StringBuilder shown = new StringBuilder();
        int count = 0;
        for (Object text : texts) {
            if (count == SHOWN) {
                shown.append(" and ").append(texts.size() - SHOWN).append(" more");
                break;
            }
            shown.append(count == 0 ? "" : separator).append(text);
            count++;
        }
        return shown.toString();
    }
}
