package io.github.rlrr.module;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * One target of the grammar that {@link Targets} documents, ready to be matched against paths.
 *
 * @param text the pattern as written, without a leading {@code !}
 * @param excludes whether it takes modules away instead of adding them
 * @param keyword the kind an {@code all-…} keyword stands for, or null
 * @param regex the whole-path expression of any other pattern, or null
 */
record TargetPattern(
        String text, boolean excludes, @Nullable SiteKind keyword, @Nullable Pattern regex) {

    private static final String REGEX_PREFIX = "re:";
    private static final String ANY_ANCESTORS = "(?:[^.]+\\.)*";

    /** The longest target; longer ones are no one's own. */
    private static final int MOST_CHARACTERS = 1000;

    static TargetPattern parse(String target) {
        boolean excludes = target.startsWith("!");
        String text = (excludes ? target.substring(1) : target).strip();
        if (text.isEmpty()) {
            throw new IllegalArgumentException("target \"" + target + "\" is empty");
        }
        if (text.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException(
                    "target \"%s…\" has %s characters, expected at most %s"
                            .formatted(text.substring(0, 40), text.length(), MOST_CHARACTERS));
        }
        if (text.startsWith("all-")) {
            return new TargetPattern(text, excludes, keyword(text), null);
        }
        try {
            Pattern regex =
                    text.startsWith(REGEX_PREFIX)
                            ? Pattern.compile(text.substring(REGEX_PREFIX.length()))
                            : Pattern.compile(translate(text));
            return new TargetPattern(text, excludes, null, regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "target \"" + text + "\" is no regular expression: " + e.getDescription(), e);
        }
    }

    private static SiteKind keyword(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "all-linear" -> SiteKind.LINEAR;
            case "all-norm" -> SiteKind.NORM;
            case "all-conv" -> SiteKind.CONVOLUTION;
            case "all-scale" -> SiteKind.SCALE;
            default ->
                    throw new IllegalArgumentException(
                            "target \""
                                    + text
                                    + "\" is no keyword; there are all-linear, all-norm, all-conv"
                                    + " and all-scale");
        };
    }

    /** Translates exact, suffix, glob and layer-range patterns to one expression over the path. */
    private static String translate(String text) {
        if (text.equals("**")) {
            return ".*"; // a block that is one module has the empty path
        }
        StringBuilder regex = new StringBuilder(ANY_ANCESTORS);
        List<String> components = List.of(text.split("\\.", -1));
        for (int i = 0; i < components.size(); i++) {
            String component = components.get(i);
            boolean last = i == components.size() - 1;
            if (component.equals("**")) {
                regex.append(last ? "[^.]+(?:\\.[^.]+)*" : ANY_ANCESTORS);
            } else {
                if (component.isEmpty()) {
                    throw new IllegalArgumentException(
                            "target \"" + text + "\" has an empty component between dots");
                }
                appendComponent(regex, component, text);
                regex.append(last ? "" : "\\.");
            }
        }
        return regex.toString();
    }

    private static void appendComponent(StringBuilder regex, String component, String text) {
        int i = 0;
        while (i < component.length()) {
            char c = component.charAt(i);
            switch (c) {
                case '*' -> regex.append("[^.]*");
                case '?' -> regex.append("[^.]");
                case '{', '[' -> {
                    int end = component.indexOf(c == '{' ? '}' : ']', i);
                    if (end < 0) {
                        throw new IllegalArgumentException(
                                "target \"" + text + "\" has an unclosed " + c);
                    }
                    List<String> parts = List.of(component.substring(i + 1, end).split(",", -1));
                    List<String> options = new ArrayList<>();
                    for (String part : parts) {
                        if (c == '{') {
                            options.add(Pattern.quote(part));
                        } else {
                            options.addAll(indices(part, text));
                        }
                    }
                    regex.append("(?:").append(String.join("|", options)).append(')');
                    i = end;
                }
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
            i++;
        }
    }

    private static List<String> indices(String range, String text) {
        String[] ends = range.split("-", -1);
        try {
            if (!range.matches("[0-9]+(-[0-9]+)?")) {
                throw new NumberFormatException();
            }
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            if (first > last || last > 9999) {
                throw new NumberFormatException();
            }
            List<String> indices = new ArrayList<>();
            for (int i = first; i <= last; i++) {
                indices.add(Integer.toString(i));
            }
            return indices;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "target \""
                            + text
                            + "\": ["
                            + range
                            + "] is no layer range; expected for example [0-5] or [0,2,4-7]",
                    e);
        }
    }

    /** The length of the expression, to which layer ranges add most. */
    int complexity() {
        return regex == null ? 0 : regex.pattern().length();
    }

    /** Whether a pattern holds no wildcard, so that it may be meant as one exact path. */
    boolean isLiteral() {
        return keyword == null && !text.startsWith(REGEX_PREFIX) && !text.matches(".*[*?{\\[].*");
    }

    boolean matches(Site site, boolean exactPathExists) {
        if (keyword != null) {
            return site.kind() == keyword;
        }
        return matchesPath(site.path(), exactPathExists);
    }

    boolean matchesPath(String path, boolean exactPathExists) {
        if (exactPathExists) {
            return path.equals(text);
        }
        return regex != null && regex.matcher(new PathText(path, text)).matches();
    }

    /**
     * A module path that a regular expression may look at only so often.
     *
     * <p>Expressions come with adapters from other people, and one such as {@code (.*a){12}b} takes
     * longer than the universe has on a path of sixty letters.
     */
    private static final class PathText implements CharSequence {

        /** Sound targets take some thousand. */
        private static final int MOST_LOOKS = 1_000_000;

        private final String path;
        private final String target;
        private int looks;

        PathText(String path, String target) {
            this.path = path;
            this.target = target;
        }

        @Override
        public int length() {
            return path.length();
        }

        @Override
        public char charAt(int index) {
            if (++looks > MOST_LOOKS) {
                throw new IllegalArgumentException(
                        "target \"%s\" takes more than %s steps on the path %s; write it simpler"
                                .formatted(target, MOST_LOOKS, path));
            }
            return path.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return path.substring(start, end);
        }
    }
}
