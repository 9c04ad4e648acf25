package io.github.rlrr.vit.data;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What lies beside the images of a folder and is left out.
 *
 * @param unread the images of formats that are not read, by format, such as {@code heic}
 * @param others the files that are no images, by extension in lower case, empty for none
 * @param hidden the files whose name, or a folder's above it, begins with a dot
 */
public record LeftOut(Map<String, Integer> unread, Map<String, Integer> others, int hidden) {

    /** Nothing. */
    public static final LeftOut NOTHING = new LeftOut(Map.of(), Map.of(), 0);

    private static final int SHOWN = 5;

    /**
     * Copies the maps.
     *
     * @param unread as the record has it
     * @param others as the record has it
     * @param hidden as the record has it
     */
    public LeftOut {
        unread = Map.copyOf(unread);
        others = Map.copyOf(others);
    }

    /**
     * The images of formats that are not read.
     *
     * @return how many there are
     */
    public int images() {
        return sum(unread);
    }

    /**
     * The files that are no images, or hidden.
     *
     * @return how many there are
     */
    public int ignored() {
        return sum(others) + hidden;
    }

    /**
     * Says which images are not read, and the remedy.
     *
     * @return one line; meant for when {@link #images} is above 0
     */
    public String advice() {
        return String.format(
                Locale.ROOT,
                "%,d %s not read (%s); convert %s to JPEG or PNG",
                images(),
                images() == 1 ? "image in a format that is" : "images in formats that are",
                counts(unread),
                images() == 1 ? "it" : "them");
    }

    /**
     * Says what was found, for where no image was.
     *
     * @return such as {@code 4 heic, 1 txt, 2 without an extension}; at most five kinds
     */
    public String found() {
        Map<String, Integer> all = new TreeMap<>(others);
        unread.forEach((name, count) -> all.merge(name, count, Integer::sum));
        if (hidden > 0) {
            all.merge("hidden", hidden, Integer::sum);
        }
        return all.isEmpty() ? "no files" : counts(all);
    }

    LeftOut plus(LeftOut more) {
        return new LeftOut(
                sum(unread, more.unread), sum(others, more.others), hidden + more.hidden);
    }

    private static Map<String, Integer> sum(Map<String, Integer> one, Map<String, Integer> other) {
        Map<String, Integer> sum = new TreeMap<>(one);
        other.forEach((name, count) -> sum.merge(name, count, Integer::sum));
        return sum;
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The most frequent first. */
    private static String counts(Map<String, Integer> counts) {
        List<String> words =
                counts.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Integer>comparingByValue(
                                                Comparator.reverseOrder())
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .map(each -> each.getValue() + " " + word(each.getKey()))
                        .toList();
        int more = words.size() - SHOWN;
        String text = words.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return more > 0 ? text + " and " + more + " other kinds" : text;
    }

    private static String word(String extension) {
        return extension.isEmpty() ? "without an extension" : extension;
    }
}
