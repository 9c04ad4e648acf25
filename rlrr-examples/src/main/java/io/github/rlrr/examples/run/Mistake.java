package io.github.rlrr.examples.run;

import io.github.rlrr.vit.image.RgbImage;
import java.nio.file.Path;

/**
 * An image that was given a wrong class.
 *
 * @param path the file
 * @param image its pixels at the model's input size
 * @param label its class
 * @param predicted the class it was given
 * @param confidence the probability of {@code predicted}, 0 to 1
 * @param loss −log of the probability of {@code label}, in nats
 */
public record Mistake(
        Path path, RgbImage image, String label, String predicted, double confidence, double loss) {

    /** The probability of the right class, 0 to 1. */
    public double labelProbability() {
        return Math.exp(-loss);
    }
}
