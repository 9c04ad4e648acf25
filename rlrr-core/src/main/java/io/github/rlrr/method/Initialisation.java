package io.github.rlrr.method;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the scaling vectors start.
 *
 * @param kind the family of starts
 * @param value the deviation of {@code NORMAL}, the bound of {@code UNIFORM}, the value of {@code
 *     CONSTANT}; 0 for the others
 */
public record Initialisation(Kind kind, double value) {

    /** The families of starts. */
    public enum Kind {
        /**
         * As published: PyTorch's {@code kaiming_uniform_} on the vectors as stored, which is
         * S_left ~ U(±√(6/in)) and S_right ~ U(±√(6/r)). A fresh adapter changes W by about 7 % at
         * width 768: it is not the base model.
         */
        KAIMING,
        /** Starts exactly at the base model. */
        IDENTITY,
        /** Every scaling entry ~ N(0, value). */
        NORMAL,
        /** Every scaling entry ~ U(±value). */
        UNIFORM,
        /** Every scaling entry = value. */
        CONSTANT
    }

    /** The published start. */
    public static final Initialisation PUBLISHED = new Initialisation(Kind.KAIMING, 0);

    /** The start that equals the base model. */
    public static final Initialisation IDENTITY = new Initialisation(Kind.IDENTITY, 0);

    /**
     * Checks the value.
     *
     * @param kind the family of starts
     * @param value finite; positive for {@code NORMAL} and {@code UNIFORM}
     * @throws IllegalArgumentException when a deviation or bound is not positive and finite
     */
    public Initialisation {
        boolean needsPositive = kind == Kind.NORMAL || kind == Kind.UNIFORM;
        if (!Double.isFinite(value) || (needsPositive && value <= 0)) {
            throw new IllegalArgumentException(
                    "initialisation "
                            + kind
                            + ": value is "
                            + value
                            + ", expected "
                            + (needsPositive ? "a positive number" : "a finite number"));
        }
    }

    /**
     * Scaling entries drawn from N(0, deviation).
     *
     * @param deviation the standard deviation, positive
     * @return the start
     */
    public static Initialisation normal(double deviation) {
        return new Initialisation(Kind.NORMAL, deviation);
    }

    /**
     * Scaling entries drawn from U(±bound).
     *
     * @param bound the bound, positive
     * @return the start
     */
    public static Initialisation uniform(double bound) {
        return new Initialisation(Kind.UNIFORM, bound);
    }

    /**
     * Scaling entries all equal.
     *
     * @param value the value
     * @return the start
     */
    public static Initialisation constant(double value) {
        return new Initialisation(Kind.CONSTANT, value);
    }

    /**
     * Reads a start as command lines have it.
     *
     * @param text {@code kaiming}, {@code identity}, {@code normal:0.1}, {@code uniform:0.1} or
     *     {@code constant:0.1}
     * @return the start
     * @throws IllegalArgumentException for anything else
     */
    public static Initialisation parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split(":", 2);
        try {
            if (parts.length == 1) {
                return switch (parts[0]) {
                    case "kaiming" -> PUBLISHED;
                    case "identity" -> IDENTITY;
                    default -> throw unknown(text, null);
                };
            }
            double value = Double.parseDouble(parts[1]);
            return switch (parts[0]) {
                case "normal" -> normal(value);
                case "uniform" -> uniform(value);
                case "constant" -> constant(value);
                default -> throw unknown(text, null);
            };
        } catch (NumberFormatException e) {
            throw unknown(text, e);
        }
    }

    private static IllegalArgumentException unknown(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "initialisation is \""
                        + text
                        + "\", expected kaiming, identity, normal:DEVIATION, uniform:BOUND or"
                        + " constant:VALUE",
                cause);
    }
}
