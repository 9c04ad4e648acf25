package io.github.rlrr.examples.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one check on a device gave: a line of the table and of the file.
 *
 * @param check what was looked at
 * @param outcome whether it is as it should be
 * @param number what was found; null where it is no number
 * @param goal what it is compared with; null where there is none
 * @param unit of both
 * @param note more words
 */
record Verdict(
        String check,
        Outcome outcome,
        @Nullable Double number,
        @Nullable Double goal,
        String unit,
        String note) {

    /** How a check can end. */
    enum Outcome {
        /** As it should be. */
        PASSED,
        /** Wrong: something is to be mended. */
        FAILED,
        /** Right, but not as fast as it is to be. */
        NOT_REACHED,
        /** A figure without a goal. */
        MEASURED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** Of a difference, which must not be above its tolerance; NaN is. */
    static Verdict difference(String check, double found, double tolerance, String note) {
        Outcome outcome = found <= tolerance ? Outcome.PASSED : Outcome.FAILED;
        return new Verdict(check, outcome, found, tolerance, "at most", note);
    }

    /** Of a speed, which is to be at least so high. */
    static Verdict speed(String check, double found, double goal, String unit, String note) {
        Outcome outcome = found >= goal ? Outcome.PASSED : Outcome.NOT_REACHED;
        return new Verdict(check, outcome, found, goal, unit, note);
    }

    /** Of something that is so or not. */
    static Verdict that(String check, boolean holds, String note) {
        return new Verdict(check, holds ? Outcome.PASSED : Outcome.FAILED, null, null, "", note);
    }

    /** A figure. */
    static Verdict figure(String check, double found, String unit, String note) {
        return new Verdict(check, Outcome.MEASURED, found, null, unit, note);
    }

    /** Of a check that ended by a fault. */
    static Verdict fault(String check, Throwable fault) {
        return that(check, false, String.valueOf(fault).strip().replaceAll("\\s*\\R\\s*", " "));
    }
}
