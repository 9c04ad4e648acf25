package io.github.rlrr.vit.inference;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
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
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Answers about images, whatever a model was trained for: one label, several, numbers. {@link
 * ImageClassifier} is the same for one label alone.
 *
 * <pre>{@code
 * try (ImagePredictor model = ImagePredictor.open(Path.of("garments-vit"))) {
 *     Answer answer = model.predict(Path.of("photo.jpg"));
 *     System.out.println(answer.labels() + " " + answer.byName());
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
public final class ImagePredictor implements AutoCloseable {

    private final Block block;
    private final @Nullable Backbone owned;
    private final Asking asking;
    private final Device device;
    private final int batchSize;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private ImagePredictor(
            Builder settings,
            Block block,
            @Nullable Backbone owned,
            Preprocessing preprocessing,
            List<String> names,
            Task task,
            double rejectBelow) {
        this.block = block;
        this.owned = owned;
        asking =
                new Asking(
                        new ImageDecoder(settings.limits), preprocessing, names, task, rejectBelow);
        device = settings.device;
        batchSize = settings.batchSize;
        warmUp();
    }

    /** What is unusual about a predictor. */
    public static final class Builder {

        private Device device = Device.cpu();
        private ImageLimits limits = ImageLimits.SERVICE;
        private @Nullable Precision precision = Precision.FLOAT32;
        private int batchSize = 32;
        private @Nullable Path base;
        private @Nullable Double rejectBelow;

        private Builder() {}

        /**
         * Names the checkpoint that an adapter was trained on. Without, it is the one that the
         * adapter names, where that is a file.
         *
         * @param checkpoint a file or folder
         * @return this
         */
        public Builder base(Path checkpoint) {
            base = checkpoint;
            return this;
        }

        /**
         * Sets where to compute; the CPU without.
         *
         * @param place a device of DJL's PyTorch engine
         * @return this
         */
        public Builder device(Device place) {
            device = place;
            return this;
        }

        /**
         * Sets what images are accepted; {@link ImageLimits#SERVICE} without.
         *
         * @param accepted the limits
         * @return this
         */
        public Builder limits(ImageLimits accepted) {
            limits = accepted;
            return this;
        }

        /**
         * Sets the type of the encoder blocks' matrix products; float32 without.
         *
         * @param type the type; int8 for {@link #open} alone, which refuses it where it cannot be
         *     had
         * @return this
         */
        public Builder precision(Precision type) {
            precision = type;
            return this;
        }

        /**
         * Takes the type of matrix products that the machine is fast in ({@link
         * Backbone#fastPrecision}): what is answered is rounded otherwise on one machine than on
         * another.
         *
         * @return this
         */
        public Builder fastPrecision() {
            precision = null;
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
            if (images < 1) {
                throw new IllegalArgumentException(
                        "batchSize is " + images + ", expected at least 1");
            }
            batchSize = images;
            return this;
        }

        /**
         * Sets the probability below which an answer of one label is not accepted, in place of what
         * the model says of itself. Without meaning for other tasks.
         *
         * @param probability 0 to 1; 0 accepts every answer
         * @return this
         * @throws IllegalArgumentException when it is not of 0 to 1
         */
        public Builder rejectBelow(double probability) {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException(
                        "rejectBelow is " + probability + ", expected 0 to 1");
            }
            rejectBelow = probability;
            return this;
        }

        /**
         * Opens a model.
         *
         * @param folder a folder of {@code rlrr merge}, or an adapter's
         * @return the predictor; close it when done
         * @throws IOException in one line when the folder holds neither, a file is missing or
         *     damaged, or the adapter is of another base
         */
        public ImagePredictor open(Path folder) throws IOException {
            ClassifierModel model = ClassifierModel.open(folder, base, device);
            try {
                return new ImagePredictor(
                        this,
                        model.vit()
                                .forInference(
                                        precision == null
                                                ? model.vit().fastPrecision(device)
                                                : precision),
                        model.vit(),
                        model.preprocessing(),
                        model.classNames(),
                        model.task(),
                        threshold(model.task(), model.rejectBelow()));
            } catch (RuntimeException e) {
                model.vit().close();
                throw e;
            }
        }

        private double threshold(Task task, double said) {
            if (!task.name().equals(Tasks.USUAL)) {
                return 0;
            }
            return rejectBelow == null ? said : rejectBelow;
        }

        /**
         * Takes a block that is there already, such as an adapted one; precision and base are its
         * own.
         *
         * @param block images (B, 3, height, width) to outputs (B, names); it stays the caller's to
         *     close, after the predictor, and is not to be trained meanwhile
         * @param preprocessing how its inputs are prepared
         * @param names the classes, labels or quantities, one for each output
         * @param task what it was trained for
         * @return the predictor
         * @throws IllegalArgumentException when the block has another number of outputs
         */
        public ImagePredictor of(
                Block block, Preprocessing preprocessing, List<String> names, Task task) {
            double threshold = threshold(task, 0);
            return new ImagePredictor(this, block, null, preprocessing, names, task, threshold);
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
     * @return the predictor; close it when done
     * @throws IOException as for {@link Builder#open}
     */
    public static ImagePredictor open(Path folder) throws IOException {
        return builder().open(folder);
    }

    /** Compiles what is compiled at first use, and finds out a block of other classes. */
    private void warmUp() {
        int height = preprocessing().height();
        int width = preprocessing().width();
        RgbImage black = new RgbImage(width, height, new byte[3 * height * width]);
        int outputs = asking.outputs(List.of(black), this::forward, device)[0].length;
        int names = names().size();
        if (outputs != names) {
            throw new IllegalArgumentException(
                    names
                            + " class names, expected one for each of the model's "
                            + outputs
                            + " classes");
        }
    }

    private NDList forward(NDList inputs) {
        ParameterStore store = new ParameterStore(inputs.head().getManager(), false);
        return block.forward(store, inputs, false);
    }

    /**
     * What is answered with.
     *
     * @return the names of the classes, labels or quantities
     */
    public List<String> names() {
        return asking.names();
    }

    /**
     * What the model was trained for.
     *
     * @return the task
     */
    public Task task() {
        return asking.task();
    }

    /**
     * How images are prepared.
     *
     * @return size, crop and normalisation
     */
    public Preprocessing preprocessing() {
        return asking.preprocessing();
    }

    /**
     * The probability of the likeliest class below which an answer is not accepted.
     *
     * @return 0 to 1; 0 accepts every answer
     */
    public double rejectBelow() {
        return asking.rejectBelow();
    }

    /**
     * Answers about an image file.
     *
     * @param image the file
     * @return the answer
     * @throws ImageDecodeException when it is not an image that can be read, or over a limit
     * @throws IllegalStateException when this is closed
     */
    public Answer predict(Path image) throws ImageDecodeException {
        return predict(ImageSource.of(image));
    }

    /**
     * Answers about an encoded image.
     *
     * @param image the content of a file
     * @return the answer
     * @throws ImageDecodeException as for {@link #predict(Path)}
     * @throws IllegalStateException when this is closed
     */
    public Answer predict(byte[] image) throws ImageDecodeException {
        return predict(ImageSource.of(image, "the image"));
    }

    /**
     * Answers about an encoded image.
     *
     * @param image the content of a file, read to its end and left open
     * @return the answer
     * @throws ImageDecodeException as for {@link #predict(Path)}, or when reading fails
     * @throws IllegalStateException when this is closed
     */
    public Answer predict(InputStream image) throws ImageDecodeException {
        return predict(ImageSource.of(image, "the image"));
    }

    /**
     * Answers about pixels.
     *
     * @param image the pixels, not changed
     * @return the answer
     * @throws ImageDecodeException when it is over a limit
     * @throws IllegalStateException when this is closed
     */
    public Answer predict(BufferedImage image) throws ImageDecodeException {
        return predict(ImageSource.of(image, "the image"));
    }

    /**
     * Answers about an image from anywhere.
     *
     * @param image the image, with the name that messages give it
     * @return the answer
     * @throws ImageDecodeException as for {@link #predict(Path)}
     * @throws IllegalStateException when this is closed
     */
    public Answer predict(ImageSource image) throws ImageDecodeException {
        return predict(List.of(image)).get(0);
    }

    /**
     * Answers about several images, computed in batches.
     *
     * @param images at least one
     * @return the answers, in the images' order
     * @throws ImageDecodeException for the first that is not an image that can be read, or over a
     *     limit; no answer is given then
     * @throws IllegalArgumentException when there are none
     * @throws IllegalStateException when this is closed
     */
    public List<Answer> predict(List<ImageSource> images) throws ImageDecodeException {
        return asking.inBatches(images, batchSize, this::predictSized);
    }

    /**
     * Reads an image and brings it to the model's size: what needs the image, for a program that
     * treats those apart that cannot be read.
     *
     * @param image the image
     * @return what {@link #predictSized} takes
     * @throws ImageDecodeException when it is not an image that can be read, or over a limit
     */
    public RgbImage prepare(ImageSource image) throws ImageDecodeException {
        return asking.prepare(image);
    }

    /**
     * Answers about images that are prepared but for their normalisation.
     *
     * @param images at least one, as {@link #prepare} gives them, computed as one batch
     * @return the answers, in the images' order
     * @throws IllegalArgumentException when there are none
     * @throws IllegalStateException when this is closed
     */
    public List<Answer> predictSized(List<RgbImage> images) {
        Asking.requireSome(images);
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("this model is closed");
            }
            return asking.ask(images, this::forward, device);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Waits for calls under way and frees the model; a block it was lent stays open. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed && owned != null) {
                owned.close();
            }
            closed = true;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
