package io.github.rlrr.vit.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * How an example differs from reading to reading: the part of the image that it shows, then whether
 * it is mirrored left to right.
 *
 * @param region the part
 * @param flip whether to mirror with probability 1/2
 */
public record Augmentation(Region region, boolean flip) {

    /** What the preprocessing shows, never mirrored. */
    public static final Augmentation NONE = new Augmentation(new CentreCrop(), false);

    /** torchvision's smallest share of the area. */
    private static final double MIN_SCALE = 0.08;

    private static final String FLIP = "flip";
    private static final String RANDOM_CROP = "random-crop";
    private static final String RESIZED_CROP = "random-resized-crop";

    /**
     * Checks the fields.
     *
     * @param region as the record has it
     * @param flip as the record has it
     */
    public Augmentation {
        Objects.requireNonNull(region, "region");
    }

    /**
     * Reads what {@link #toString} writes: {@code none}, or {@code random-crop} or {@code
     * random-resized-crop} (with the smallest share of the area, {@code random-resized-crop=0.35},
     * or else 0.08) and {@code flip}, one or both with a comma between them.
     *
     * @param text the words, in any order
     * @return the augmentation
     * @throws IllegalArgumentException if a word is unknown or said twice, two regions are asked
     *     for, or the share is not above 0 and at most 1
     */
    public static Augmentation parse(String text) {
        if (text.strip().equals("none")) {
            return NONE;
        }
        boolean flip = false;
        Region region = NONE.region;
        for (String part : text.split(",", -1)) {
            String word = part.strip();
            Region named = word.equals(FLIP) ? region : region(text, word);
            boolean twice = word.equals(FLIP) ? flip : !region.equals(NONE.region);
            if (twice) {
                throw new IllegalArgumentException(
                        "augmentation '" + text + "': '" + word + "' and one like it before");
            }
            flip |= word.equals(FLIP);
            region = named;
        }
        return new Augmentation(region, flip);
    }

    private static Region region(String text, String word) {
        if (word.equals(RANDOM_CROP)) {
            return new RandomCrop();
        }
        if (word.equals(RESIZED_CROP)) {
            return new RandomResizedCrop(MIN_SCALE);
        }
        if (word.startsWith(RESIZED_CROP + "=")) {
            String share = word.substring(RESIZED_CROP.length() + 1);
            try {
                return new RandomResizedCrop(Double.parseDouble(share));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "augmentation '"
                                + text
                                + "': the share of the area is '"
                                + share
                                + "', expected a number above 0 to 1",
                        e);
            }
        }
        throw new IllegalArgumentException(
                "augmentation '"
                        + text
                        + "': '"
                        + word
                        + "', expected none, flip, random-crop, random-resized-crop or"
                        + " random-resized-crop=<smallest share of the area>");
    }

    /**
     * The same region, mirrored or not.
     *
     * @param enabled whether to mirror with probability 1/2
     * @return a copy
     */
    public Augmentation withFlip(boolean enabled) {
        return new Augmentation(region, enabled);
    }

    /**
     * Whether an image is shown as it is, or mirrored, and in no other way.
     *
     * @return false where a part of it is cut out at random
     */
    public boolean isFlipAtMost() {
        return region.equals(NONE.region);
    }

    /**
     * Draws an example and writes it, normalised, as float32, channel by channel (3, H, W).
     *
     * @param kept what {@link Region#keep} of this region gave
     * @param preprocessing the same as there
     * @param random the only source of randomness
     * @param target where to write
     * @param offset where in {@code target} to begin; 3 × height × width values are written
     */
    public void read(
            RgbImage kept,
            Preprocessing preprocessing,
            SplittableRandom random,
            float[] target,
            int offset) {
        RgbImage shown = region.draw(kept, preprocessing, random);
        boolean mirrored = flip && random.nextBoolean();
        preprocessing.normalise(shown, mirrored, target, offset);
    }

    /**
     * The words of {@link #parse}.
     *
     * @return such as {@code random-crop,flip}
     */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (region instanceof RandomCrop) {
            words.add(RANDOM_CROP);
        } else if (region instanceof RandomResizedCrop resized) {
            words.add(RESIZED_CROP + "=" + resized.minScale());
        }
        if (flip) {
            words.add(FLIP);
        }
        return words.isEmpty() ? "none" : String.join(",", words);
    }
}
