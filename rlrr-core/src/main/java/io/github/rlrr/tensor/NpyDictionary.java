package io.github.rlrr.tensor;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses the dictionary in an npy header, such as
 *
 * <pre>{@code {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }}</pre>
 *
 * <p>Of Python's literals it knows what NumPy writes here: texts without escapes, {@code True},
 * {@code False} and tuples of whole numbers.
 */
final class NpyDictionary {

    private static final int MOST_DIGITS = 18;

    private final String text;
    private final int maxDimensions;
    private int at;

    private @Nullable String descr;
    private @Nullable Boolean fortranOrder;
    private @Nullable Shape shape;

    private NpyDictionary(String text, int maxDimensions) {
        this.text = text;
        this.maxDimensions = maxDimensions;
    }

    /** What the dictionary says. */
    record Content(String descr, boolean fortranOrder, Shape shape) {}

    static Content parse(String text, int maxDimensions) throws TensorProblemException {
        return new NpyDictionary(text, maxDimensions).dictionary();
    }

    private Content dictionary() throws TensorProblemException {
        expect('{');
        while (!accept('}')) {
            entry();
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipSpaces();
        if (at < text.length() && text.charAt(at) == '\n') {
            at++;
        }
        if (at != text.length()) {
            throw wrong("the end");
        }
        if (descr == null || fortranOrder == null || shape == null) {
            throw new TensorProblemException(
                    "has an npy header without descr, fortran_order or shape, expected all three");
        }
        return new Content(descr, fortranOrder, shape);
    }

    private void entry() throws TensorProblemException {
        String key = text();
        expect(':');
        boolean again;
        switch (key) {
            case "descr" -> {
                again = descr != null;
                skipSpaces();
                if (peek() == '[') {
                    throw new TensorProblemException(
                            "has a structured dtype, expected a plain one such as '<f4'");
                }
                descr = text();
            }
            case "fortran_order" -> {
                again = fortranOrder != null;
                fortranOrder = truth();
            }
            case "shape" -> {
                again = shape != null;
                shape = tuple();
            }
            default ->
                    throw new TensorProblemException(
                            "has an npy header with the unknown key "
                                    + TensorFileException.quote(key));
        }
        if (again) {
            throw new TensorProblemException("has an npy header with " + key + " twice");
        }
    }

    private String text() throws TensorProblemException {
        skipSpaces();
        char quote = peek();
        if (quote != '\'' && quote != '"') {
            throw wrong("a text");
        }
        int end = text.indexOf(quote, at + 1);
        if (end < 0) {
            throw wrong("a text that ends");
        }
        String content = text.substring(at + 1, end);
        if (content.indexOf('\\') >= 0) {
            throw wrong("a text without escapes");
        }
        at = end + 1;
        return content;
    }

    private boolean truth() throws TensorProblemException {
        skipSpaces();
        for (String word : new String[] {"True", "False"}) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word.equals("True");
            }
        }
        throw wrong("True or False");
    }

    private Shape tuple() throws TensorProblemException {
        List<Long> numbers = new ArrayList<>();
        boolean comma = true;
        expect('(');
        while (!accept(')')) {
            if (!comma) {
                throw wrong("',' or ')'");
            }
            numbers.add(number());
            if (numbers.size() > maxDimensions) {
                throw new TensorProblemException(
                        "has more than %s dimensions (ReadLimits.maxDimensions)"
                                .formatted(maxDimensions));
            }
            comma = accept(',');
        }
        if (numbers.size() == 1 && !comma) {
            throw wrong("a tuple, which with one number ends in ',)'");
        }
        return new Shape(numbers);
    }

    private long number() throws TensorProblemException {
        skipSpaces();
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        String digits = text.substring(start, at);
        boolean leadingZero = digits.length() > 1 && digits.startsWith("0");
        if (digits.isEmpty() || digits.length() > MOST_DIGITS || leadingZero) {
            at = start;
            throw wrong("a whole number of at most " + MOST_DIGITS + " digits");
        }
        return Long.parseLong(digits);
    }

    private void expect(char c) throws TensorProblemException {
        if (!accept(c)) {
            throw wrong("'" + c + "'");
        }
    }

    private boolean accept(char c) {
        skipSpaces();
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    private void skipSpaces() {
        while (peek() == ' ') {
            at++;
        }
    }

    /** The character at hand; the NUL character, which nothing accepts, at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private TensorProblemException wrong(String expected) {
        String found = text.substring(at, Math.min(text.length(), at + 16));
        return new TensorProblemException(
                "has a malformed npy header: %s at character %s, expected %s"
                        .formatted(TensorFileException.quote(found), at, expected));
    }
}
