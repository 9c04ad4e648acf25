package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ListedImages.Part;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells which part of a data set a folder, a list or a value of a list's column is named after, in
 * the spellings that people use: {@code train}, {@code Train}, {@code TRAINING}, {@code seg_train},
 * {@code train-images}, {@code val2017}, {@code dev}, {@code x_test}.
 *
 * <p>A name says a part if it holds one of the part's words and besides only words that say nothing
 * ({@code set}, {@code images}, {@code data} and the like), numbers, and {@code - _ .} or spaces
 * between them. {@code trainval} and {@code latest} are therefore no parts.
 */
final class Parts {

    /** What messages give as examples of names. */
    static final String EXPECTED = "train, val and test (or training, valid, dev, testing, …)";

    private static final int LONGEST = 64;
    private static final String NOTHING =
            "(?:seg|x|my|data|dataset|set|images?|imgs?|pictures?|photos?|split|files?|lists?"
                    + "|labels?|annotations?|samples?)";
    private static final String BETWEEN = "[-_. ]*";
    private static final Map<Part, String> WORDS =
            Map.of(
                    Part.TRAIN, "train|training|trn",
                    Part.VALIDATION,
                            "val|valid|validate|validation|dev|develop|development|eval|evaluation",
                    Part.TEST, "test|tests|testing|tst");
    private static final Pattern NAME =
            Pattern.compile(
                    "(?:"
                            + NOTHING
                            + BETWEEN
                            + ")*"
                            + "(?:(?<TRAIN>"
                            + WORDS.get(Part.TRAIN)
                            + ")|(?<VALIDATION>"
                            + WORDS.get(Part.VALIDATION)
                            + ")|(?<TEST>"
                            + WORDS.get(Part.TEST)
                            + "))"
                            + "(?:"
                            + BETWEEN
                            + "(?:"
                            + NOTHING
                            + "|[0-9]{1,4}))*");

    private Parts() {}

    /** The part that a name says; null if it says none. */
    static @Nullable Part of(String name) {
        String plain = name.strip().toLowerCase(Locale.ROOT);
        if (plain.length() > LONGEST) {
            return null;
        }
        Matcher matcher = NAME.matcher(plain);
        if (!matcher.matches()) {
            return null;
        }
        for (Part part : Part.values()) {
            if (matcher.group(part.name()) != null) {
                return part;
            }
        }
        return null;
    }
}
