package io.github.rlrr.vit.image;

import java.util.SplittableRandom;

/**
 * Which part of an image an example shows, and how much of the image has to be kept for it.
 *
 * <p>An image is decoded once, and {@link #keep} makes of it what is held in memory: no more than
 * the draws need. Every method depends on its arguments alone, so an image that is decoded anew
 * gives the same values as one that was held.
 */
public sealed interface Region permits CentreCrop, RandomCrop, RandomResizedCrop {

    /**
     * Refuses a preprocessing that leaves nothing to draw.
     *
     * @param preprocessing size, filter and crop
     * @throws IllegalArgumentException if every draw would show the same
     */
    void check(Preprocessing preprocessing);

    /**
     * What is held of an image.
     *
     * @param decoded the image at its own size
     * @param preprocessing size, filter and crop
     * @return an image from which {@link #plain} and {@link #draw} can be made, possibly the source
     */
    RgbImage keep(RgbImage decoded, Preprocessing preprocessing);

    /**
     * The input without augmentation, equal to {@link Preprocessing#resize} of the decoded image.
     *
     * @param kept what {@link #keep} gave
     * @param preprocessing the same as there
     * @return an image of the input's size, possibly {@code kept} itself
     */
    RgbImage plain(RgbImage kept, Preprocessing preprocessing);

    /**
     * Draws a part of the image.
     *
     * @param kept what {@link #keep} gave
     * @param preprocessing the same as there
     * @param random the only source of randomness
     * @return an image of the input's size, possibly {@code kept} itself
     */
    RgbImage draw(RgbImage kept, Preprocessing preprocessing, SplittableRandom random);
}
