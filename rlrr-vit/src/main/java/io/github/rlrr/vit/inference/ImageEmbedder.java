package io.github.rlrr.vit.inference;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.Pooling;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.nio.file.Path;
import java.util.List;

/**
 * Turns images into vectors: near for images that look alike to the network, far for others.
 *
 * <pre>{@code
 * ImageEmbedder embedder = ImageEmbedder.of(vit, preprocessing).withPooling(Pooling.MEAN).normalised();
 * float[] vector = embedder.embed(Path.of("photo.jpg"));
 * }</pre>
 *
 * <p>The network is lent: whoever opened it closes it. Safe from several threads where nobody
 * changes the network.
 */
public final class ImageEmbedder {

    private final Backbone network;
    private final Asking inputs;
    private final Device device;
    private final Pooling pooling;
    private final boolean normalised;

    private ImageEmbedder(
            Backbone network, Asking inputs, Device device, Pooling pooling, boolean normalised) {
        this.network = network;
        this.inputs = inputs;
        this.device = device;
        this.pooling = pooling;
        this.normalised = normalised;
    }

    /**
     * Embeds with a network where it is: what its head sees, as it is, of images within {@link
     * ImageLimits#SERVICE}.
     *
     * @param network a plain network, such as {@link Backbone#merged} gives
     * @param preprocessing how its inputs are prepared, at its image size
     * @return the embedder
     */
    public static ImageEmbedder of(Backbone network, Preprocessing preprocessing) {
        return of(network, preprocessing, ImageLimits.SERVICE);
    }

    /**
     * Embeds with a network where it is: what its head sees, as it is.
     *
     * @param network a plain network, such as {@link Backbone#merged} gives
     * @param preprocessing how its inputs are prepared, at its image size
     * @param limits what images are accepted
     * @return the embedder
     */
    public static ImageEmbedder of(
            Backbone network, Preprocessing preprocessing, ImageLimits limits) {
        Asking inputs =
                new Asking(
                        new ImageDecoder(limits), preprocessing, List.of(), SingleLabel.USUAL, 0);
        Device device = network.getParameters().valueAt(0).getArray().getDevice();
        return new ImageEmbedder(network, inputs, device, Pooling.HEAD, false);
    }

    /**
     * The same with vectors of other tokens.
     *
     * @param other what a vector is made of
     * @return another embedder on the same network
     */
    public ImageEmbedder withPooling(Pooling other) {
        return new ImageEmbedder(network, inputs, device, other, normalised);
    }

    /**
     * The same with vectors of length 1, whose inner product is the cosine of their angle.
     *
     * @return another embedder on the same network
     */
    public ImageEmbedder normalised() {
        return new ImageEmbedder(network, inputs, device, pooling, true);
    }

    /**
     * Embeds an image.
     *
     * @param image a file
     * @return the vector, D numbers
     * @throws ImageDecodeException when it is no readable image
     */
    public float[] embed(Path image) throws ImageDecodeException {
        return embedSized(List.of(prepare(ImageSource.of(image))))[0];
    }

    /**
     * Reads an image and brings it to the network's size.
     *
     * @param image where it is read from
     * @return the pixels, for {@link #embedSized}
     * @throws ImageDecodeException when it is no readable image
     */
    public RgbImage prepare(ImageSource image) throws ImageDecodeException {
        return inputs.prepare(image);
    }

    /**
     * Embeds prepared images as one batch.
     *
     * @param sized from {@link #prepare}, at least one
     * @return a vector for each, in their order
     * @throws IllegalArgumentException when the network has no tokens for the pooling
     */
    public float[][] embedSized(List<RgbImage> sized) {
        Asking.requireSome(sized);
        float[][] rows =
                inputs.outputs(
                        sized,
                        images ->
                                new NDList(
                                        network.embedding(
                                                pooling,
                                                new ParameterStore(
                                                        images.head().getManager(), false),
                                                images.head(),
                                                false)),
                        device);
        if (normalised) {
            for (float[] row : rows) {
                normalise(row);
            }
        }
        return rows;
    }

    /** To length 1; zeros stay. */
    private static void normalise(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        double length = Math.sqrt(square);
        for (int i = 0; i < vector.length && length > 0; i++) {
            vector[i] = (float) (vector[i] / length);
        }
    }
}
