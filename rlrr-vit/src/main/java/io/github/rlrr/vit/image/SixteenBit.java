package io.github.rlrr.vit.image;

import java.util.Locale;

/**
 * How 16-bit grey, as of X-rays and depth cameras, becomes the 8 bits that networks are given: a
 * sample v becomes min(v, max) · 255 / max, rounded to the nearest whole number (halves up).
 *
 * <p>The scale is the same for every image of a set and never depends on what an image shows, so
 * that a darker picture stays a darker one. PNG and TIFF state 16 bits as depth, which {@link
 * #SCALE} follows; files whose samples use fewer bits, such as 12-bit X-rays stored as they are,
 * need their largest sample said.
 *
 * <p>Of 16-bit RGB and of 16-bit grey with alpha the high byte is kept under {@link #SCALE} and
 * {@link #CLIP}, as Pillow does; another maximum holds for them, too. Images of 8 bits and less are
 * not touched.
 *
 * @param max the sample that becomes 255, 1 to 65535; what is above it does, too
 */
public record SixteenBit(int max) {

    /** By the file's depth: 0 to 65535 become 0 to 255, a division by 257. */
    public static final SixteenBit SCALE = new SixteenBit(65535);

    /**
     * Pillow's way: samples above 255 are white, which most 16-bit pictures are then throughout.
     */
    public static final SixteenBit CLIP = new SixteenBit(255);

    private static final String NAMED = "max=";

    /**
     * Checks the maximum.
     *
     * @param max as the record has it
     * @throws IllegalArgumentException if it is not 1 to 65535
     */
    public SixteenBit {
        if (max < 1 || max > 65535) {
            throw new IllegalArgumentException(
                    "16-bit grey: the largest sample is "
                            + max
                            + ", expected 1 to 65535, such as 4095 for 12 bits");
        }
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @param text {@code scale}, {@code clip} or {@code max=4095}, in any case
     * @return the way
     * @throws IllegalArgumentException if it is none of these
     */
    public static SixteenBit parse(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.equals("scale")) {
            return SCALE;
        }
        if (lower.equals("clip")) {
            return CLIP;
        }
        if (lower.matches(NAMED + "[0-9]{1,9}")) {
            return new SixteenBit(Integer.parseInt(lower.substring(NAMED.length())));
        }
        throw new IllegalArgumentException(
                "16-bit grey: '"
                        + text
                        + "', expected scale (by the file's 16 bits), max=4095 (the sample that is"
                        + " white) or clip (Pillow's way, white above 255)");
    }

    /** Brings samples of one row to 8 bits; {@code grey} means grey without alpha. */
    void narrow(int[] row, boolean grey) {
        boolean highByte = !grey && (equals(SCALE) || equals(CLIP));
        for (int i = 0; i < row.length; i++) {
            row[i] = highByte ? row[i] >> 8 : (Math.min(row[i], max) * 255 + max / 2) / max;
        }
    }

    /**
     * The words of {@link #parse}.
     *
     * @return {@code scale}, {@code clip} or such as {@code max=4095}
     */
    @Override
    public String toString() {
        return equals(SCALE) ? "scale" : equals(CLIP) ? "clip" : NAMED + max;
    }
}
