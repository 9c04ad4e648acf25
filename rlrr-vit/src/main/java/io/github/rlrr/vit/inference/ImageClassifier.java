package io.github.rlrr.vit.inference;

import ai.djl.Device;
import ai.djl.nn.Block;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import io.github.rlrr.vit.part.Precision;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Labels images: the one object that an application keeps.
 *
 * <pre>{@code
 * try (ImageClassifier pets = ImageClassifier.open(Path.of("pets-vit"))) {
 *     Classification answer = pets.classify(Path.of("photo.jpg"));
 *     System.out.println(answer.best().name() + " " + answer.best().probability());
 * }
 * }</pre>
 *
 * <p>Opened from a folder that {@code rlrr merge} wrote, or from an adapter's folder and its base,
 * which are merged then: nothing is read through an adapter any more. It is ready when it is open:
 * one forward has been run.
 *
 * <p>Safe for use by any number of threads, which compute at the same time. Each call holds its
 * images, their values and the activations of one batch, and gives them back at its end. Closing
 * waits for calls under way; calls after it are refused.
 */
public final class ImageClassifier implements AutoCloseable {

    private final ImagePredictor predictor;

    private ImageClassifier(ImagePredictor predictor) {
        this.predictor = predictor;
    }

    /** What is unusual about a classifier. */
    public static final class Builder {

        private final ImagePredictor.Builder settings = ImagePredictor.builder();

        private Builder() {}

        /**
         * Names the checkpoint that an adapter was trained on. Without, it is the one that the
         * adapter names, where that is a file.
         *
         * @param checkpoint a file or folder
         * @return this
         */
        public Builder base(Path checkpoint) {
            settings.base(checkpoint);
            return this;
        }

        /**
         * Sets where to compute; the CPU without.
         *
         * @param place a device of DJL's PyTorch engine
         * @return this
         */
        public Builder device(Device place) {
            settings.device(place);
            return this;
        }

        /**
         * Sets what images are accepted; {@link ImageLimits#SERVICE} without.
         *
         * @param accepted the limits
         * @return this
         */
        public Builder limits(ImageLimits accepted) {
            settings.limits(accepted);
            return this;
        }

        /**
         * Sets the type of the encoder blocks' matrix products; float32 without.
         *
         * @param type the type; int8 for {@link #open} alone, which says where it cannot be had
         * @return this
         */
        public Builder precision(Precision type) {
            settings.precision(type);
            return this;
        }

        /**
         * Takes the type of matrix products that the machine is fast in ({@link
         * io.github.rlrr.vit.Backbone#fastPrecision}): probabilities are rounded otherwise on one
         * machine than on another.
         *
         * @return this
         */
        public Builder fastPrecision() {
            settings.fastPrecision();
            return this;
        }

        /**
         * Sets how many images of a list are computed at a time; 32 without.
         *
         * @param images at least 1
         * @return this
         * @throws IllegalArgumentException when it is less
         */
        public Builder batchSize(int images) {
            settings.batchSize(images);
            return this;
        }

        /**
         * Sets the probability below which an answer is not accepted, in place of what the model
         * says of itself.
         *
         * @param probability 0 to 1; 0 accepts every answer
         * @return this
         * @throws IllegalArgumentException when it is not of 0 to 1
         */
        public Builder rejectBelow(double probability) {
            settings.rejectBelow(probability);
            return this;
        }

        /**
         * Opens a model.
         *
         * @param folder a folder of {@code rlrr merge}, or an adapter's
         * @return the classifier; close it when done
         * @throws IOException in one line when the folder holds neither, a file is missing or
         *     damaged, the adapter is of another base, or the model does not answer with one label
         */
        public ImageClassifier open(Path folder) throws IOException {
            ImagePredictor predictor = settings.open(folder);
            try {
                requireOneLabel(folder, predictor.task().name());
            } catch (IOException e) {
                predictor.close();
                throw e;
            }
            return new ImageClassifier(predictor);
        }

        /**
         * Takes a block that is there already, such as an adapted one; precision and base are its
         * own.
         *
         * @param block a classifier: images (B, 3, height, width) to logits (B, classes); it stays
         *     the caller's to close, after the classifier, and is not to be trained meanwhile
         * @param preprocessing how its inputs are prepared
         * @param classNames in label order, one for each logit
         * @return the classifier
         * @throws IllegalArgumentException when the block has another number of logits
         */
        public ImageClassifier of(
                Block block, Preprocessing preprocessing, List<String> classNames) {
            return new ImageClassifier(
                    settings.of(block, preprocessing, classNames, SingleLabel.USUAL));
        }
    }

    /** Refuses a model that was trained for another task. */
    static void requireOneLabel(Path folder, String task) throws IOException {
        if (!task.equals(Tasks.USUAL)) {
            throw new IOException(
                    folder
                            + " was trained for the task "
                            + task
                            + ", expected "
                            + Tasks.USUAL
                            + "; ImagePredictor opens it");
        }
    }

    /**
     * Starts with the usual settings.
     *
     * @return a builder; {@link Builder#open} opens a folder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Opens a model on the CPU.
     *
     * @param folder a folder of {@code rlrr merge}, or an adapter's whose base is the file it names
     * @return the classifier; close it when done
     * @throws IOException as for {@link Builder#open}
     */
    public static ImageClassifier open(Path folder) throws IOException {
        return builder().open(folder);
    }

    /**
     * The classes that an answer may be.
     *
     * @return their names in label order
     */
    public List<String> classNames() {
        return predictor.names();
    }

    /**
     * How images are prepared.
     *
     * @return size, crop and normalisation
     */
    public Preprocessing preprocessing() {
        return predictor.preprocessing();
    }

    /**
     * The probability of the likeliest class below which an answer is not accepted.
     *
     * @return 0 to 1; 0 accepts every answer
     */
    public double rejectBelow() {
        return predictor.rejectBelow();
    }

    /**
     * Labels an image file.
     *
     * @param image the file
     * @return the answer
     * @throws ImageDecodeException when it is not an image that can be read, or over a limit
     * @throws IllegalStateException when this is closed
     */
    public Classification classify(Path image) throws ImageDecodeException {
        return classify(ImageSource.of(image));
    }

    /**
     * Labels an encoded image.
     *
     * @param image the content of a file
     * @return the answer
     * @throws ImageDecodeException as for {@link #classify(Path)}
     * @throws IllegalStateException when this is closed
     */
    public Classification classify(byte[] image) throws ImageDecodeException {
        return classify(ImageSource.of(image, "the image"));
    }

    /**
     * Labels an encoded image.
     *
     * @param image the content of a file, read to its end and left open
     * @return the answer
     * @throws ImageDecodeException as for {@link #classify(Path)}, or when reading fails
     * @throws IllegalStateException when this is closed
     */
    public Classification classify(InputStream image) throws ImageDecodeException {
        return classify(ImageSource.of(image, "the image"));
    }

    /**
     * Labels pixels.
     *
     * @param image the pixels, not changed
     * @return the answer
     * @throws ImageDecodeException when it is over a limit
     * @throws IllegalStateException when this is closed
     */
    public Classification classify(BufferedImage image) throws ImageDecodeException {
        return classify(ImageSource.of(image, "the image"));
    }

    /**
     * Labels an image from anywhere.
     *
     * @param image the image, with the name that messages give it
     * @return the answer
     * @throws ImageDecodeException as for {@link #classify(Path)}
     * @throws IllegalStateException when this is closed
     */
    public Classification classify(ImageSource image) throws ImageDecodeException {
        return classify(List.of(image)).get(0);
    }

    /**
     * Labels several images, computed in batches.
     *
     * @param images at least one
     * @return the answers, in the images' order
     * @throws ImageDecodeException for the first that is not an image that can be read, or over a
     *     limit; no answer is given then
     * @throws IllegalArgumentException when there are none
     * @throws IllegalStateException when this is closed
     */
    public List<Classification> classify(List<ImageSource> images) throws ImageDecodeException {
        return predictor.predict(images).stream().map(Classification::of).toList();
    }

    /**
     * Reads an image and brings it to the model's size: what needs the image, for a program that
     * treats those apart that cannot be read.
     *
     * @param image the image
     * @return what {@link #classifySized} takes
     * @throws ImageDecodeException when it is not an image that can be read, or over a limit
     */
    public RgbImage prepare(ImageSource image) throws ImageDecodeException {
        return predictor.prepare(image);
    }

    /**
     * Labels images that are prepared but for their normalisation.
     *
     * @param images at least one, as {@link #prepare} gives them, computed as one batch
     * @return the answers, in the images' order
     * @throws IllegalArgumentException when there are none
     * @throws IllegalStateException when this is closed
     */
    public List<Classification> classifySized(List<RgbImage> images) {
        return predictor.predictSized(images).stream().map(Classification::of).toList();
    }

    /** Waits for calls under way and frees the model; a block it was lent stays open. */
    @Override
    public void close() {
        predictor.close();
    }
}
