package io.github.rlrr.vit.part;

import java.util.Locale;

/**
 * How queries and keys are turned by the places of their patches: their products then depend on
 * where two patches lie to each other.
 *
 * <pre>
 *   (a, b) ← (a·cos φ − b·sin φ, b·cos φ + a·sin φ)      each of the d/2 pairs of numbers of a head
 *
 *   φ = p · t^(−4i/d)            i = 0 … d/4 − 1, half of the pairs by the row, half by the column
 *   p = (row + offset) · reference / rows                 GRID; without a reference row + offset
 *   p = 2π · (2·(row + 1/2 + offset) / rows − 1)          CENTRED
 *   φ = column · u + row · v                              LEARNED, with u and v (H, d/2)
 * </pre>
 *
 * <p>Tokens that are no patches are not turned. Sources: Su et al., RoFormer, 2021; Heo et al.,
 * Rotary Position Embedding for Vision Transformer, ECCV 2024; Siméoni et al., DINOv3, 2025.
 *
 * @param kind what an angle is made of
 * @param halves whether a pair is a number of the first half of a head and the one at its place in
 *     the second, rather than two neighbours
 * @param temperature t; 0 where angles are learned
 * @param offset added to rows and columns; 0 where angles are learned
 * @param columnsFirst whether the first half of the pairs is turned by the column
 * @param reference the rows and columns of the grid that places are scaled to; 0 for as they are
 */
public record Rotary(
        Kind kind,
        boolean halves,
        double temperature,
        double offset,
        boolean columnsFirst,
        int reference) {

    /** timm's where nothing else is said. */
    public static final Rotary USUAL = new Rotary(Kind.GRID, false, 10000, 0, false, 0);

    /** What an angle is made of. */
    public enum Kind {
        /** Numbers of rows and columns. */
        GRID,
        /** Centres of patches, from −1 to 1 over the image, as in DINOv3. */
        CENTRED,
        /** The same, with t^(4i/d) rounded to bfloat16, as DINOv3's own files hold it. */
        CENTRED_BFLOAT16,
        /** Numbers of rows and columns, times what each head of each block has learned. */
        LEARNED
    }

    /**
     * Leaves out what its kind does not use, so that equal rotations are equal.
     *
     * @param kind as the record has it
     * @param halves as the record has it
     * @param temperature as the record has it
     * @param offset as the record has it
     * @param columnsFirst as the record has it
     * @param reference as the record has it
     * @throws IllegalArgumentException when the temperature is not above 0
     */
    public Rotary {
        if (kind == Kind.LEARNED) {
            temperature = 0;
            offset = 0;
        } else if (!(temperature > 0)) {
            throw new IllegalArgumentException(
                    "the rotation's temperature is " + temperature + ", expected more than 0");
        }
        reference = kind == Kind.GRID ? reference : 0;
    }

    /**
     * The rotation of DINOv3.
     *
     * @param temperature t, 100 in all published ones
     * @return the rotation
     */
    public static Rotary dinov3(double temperature) {
        return new Rotary(Kind.CENTRED, true, temperature, 0, false, 0);
    }

    /**
     * The same with periods rounded to bfloat16, as Meta's files of DINOv3 have them.
     *
     * @return the rotation
     */
    public Rotary withBfloat16Periods() {
        return new Rotary(
                Kind.CENTRED_BFLOAT16, halves, temperature, offset, columnsFirst, reference);
    }

    /** All of it in one word, which {@link #parse} reads. */
    @Override
    public String toString() {
        return String.join(
                ",",
                kind.name(),
                halves ? "halves" : "pairs",
                Double.toString(temperature),
                Double.toString(offset),
                columnsFirst ? "columns" : "rows",
                Integer.toString(reference));
    }

    /**
     * Reads the word of a rotation.
     *
     * @param word as {@link #toString} has it
     * @return the rotation
     * @throws IllegalArgumentException when it is not such a word
     */
    public static Rotary parse(String word) {
        String[] parts = word.split(",", -1);
        if (parts.length != 6) {
            throw new IllegalArgumentException("\"" + word + "\" is no rotation");
        }
        return new Rotary(
                Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                parts[1].equals("halves"),
                Double.parseDouble(parts[2]),
                Double.parseDouble(parts[3]),
                parts[4].equals("columns"),
                Integer.parseInt(parts[5]));
    }
}
