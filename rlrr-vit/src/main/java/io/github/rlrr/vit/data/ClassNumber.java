package io.github.rlrr.vit.data;

/** A class given by number, as the lists of benchmarks do. */
final class ClassNumber {

    static final String EXPECTED = "expected a whole number of at most 9 digits";

    private ClassNumber() {}

    static boolean matches(String text) {
        return text.matches("[0-9]{1,9}");
    }

    /** The number without leading zeros: the name of its class. */
    static String canonical(String text) {
        return Integer.toString(Integer.parseInt(text));
    }
}
