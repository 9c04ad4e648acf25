package io.github.rlrr.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.ResidualDropout;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network that classifies images (B, 3, h, w) to logits (B, classes): all that training,
 * inference and the command line need to know of it. Its last module is the linear layer {@code
 * head}; the paths of its parameters are those of its {@link io.github.rlrr.module.ModuleTree}.
 *
 * <p>Views ({@link #withHead}, {@link #withDropout}, {@link #withPrecision}) share weights with the
 * network they are of: closing either closes them. They come before the network is adapted.
 */
public interface Backbone extends Block, AutoCloseable {

    /**
     * What it takes and gives.
     *
     * @return the sizes
     */
    BackboneConfig config();

    /**
     * What the head sees of images.
     *
     * @param store answers with the parameters' values
     * @param images (B, 3, h, w), normalised
     * @param training true within a training step
     * @return (B, D); on the images' manager
     */
    NDArray embedding(ParameterStore store, NDArray images, boolean training);

    /**
     * A vector for each image.
     *
     * @param pooling what it is made of
     * @param store answers with the parameters' values
     * @param images (B, 3, h, w), normalised
     * @param training true within a training step
     * @return (B, D), or (B, 2·D) for two of them; on the images' manager
     * @throws IllegalArgumentException when the network has no such tokens
     */
    default NDArray embedding(
            Pooling pooling, ParameterStore store, NDArray images, boolean training) {
        unchanged(pooling == Pooling.HEAD, "pooling " + pooling);
        return embedding(store, images, training);
    }

    /**
     * This network with a new head of zeros, for data with other classes.
     *
     * @param classes the number of outputs
     * @return a network that shares every other weight
     */
    Backbone withHead(int classes);

    /**
     * This network with dropout on its residual branches while it trains.
     *
     * @param dropout what is dropped
     * @return a view of this network
     * @throws IllegalArgumentException when it has none to drop
     */
    default Backbone withDropout(ResidualDropout dropout) {
        return unchanged(dropout.equals(ResidualDropout.NONE), "dropout");
    }

    /**
     * This network with its matrix products in another type.
     *
     * @param precision the type
     * @return a view of this network
     * @throws IllegalArgumentException when it computes in float32 alone
     */
    default Backbone withPrecision(Precision precision) {
        return unchanged(precision == Precision.FLOAT32, "precision " + precision);
    }

    /**
     * The faster type of this network's matrix products on a machine.
     *
     * @param device where to compute
     * @return {@link Precision#auto}, float32 where the network computes in that alone
     */
    default Precision fastPrecision(Device device) {
        return Precision.FLOAT32;
    }

    /**
     * A network that answers and does nothing else, with its weights held as matrix products read
     * them fastest: on a CPU arranged once for oneDNN, which gives the same to rounding. It takes
     * this network's place: the weights that were arranged are freed here, so this network and
     * whatever shares weights with it are not to be used any more. The memory held stays what it
     * was; it is half of that in bfloat16 and a quarter in int8.
     *
     * @param precision the type of its matrix products
     * @return a network that is closed when done, in place of this one; it cannot be trained,
     *     adapted or written to a file
     * @throws IllegalArgumentException when it cannot compute in that type here; this network is
     *     then as it was
     */
    default Backbone forInference(Precision precision) {
        return withPrecision(precision);
    }

    /**
     * What comes before the first module that an adapter changes.
     *
     * @param adapted the paths of the modules that are changed, as {@link
     *     AdaptedBlock#adaptedModules} has them
     * @return the stem; null where there is none, or where it answers otherwise each time, as with
     *     dropout
     */
    default @Nullable FrozenStem stem(Set<String> adapted) {
        return null;
    }

    private Backbone unchanged(boolean plain, String what) {
        if (!plain) {
            throw new IllegalArgumentException(
                    "this network (" + config().summary() + ") has no " + what + "; leave it out");
        }
        return this;
    }

    /**
     * Absorbs an adapter into a fresh plain network; neither this one nor the adapter changes.
     *
     * @param adapted this network, adapted
     * @return a network with the effective weights, the adapter's own head and its class count;
     *     close it when done
     * @throws IllegalArgumentException when {@code adapted} adapts another block
     * @throws IllegalStateException naming a parameter whose effective value is not finite
     */
    Backbone merged(AdaptedBlock adapted);

    /** Frees the weights of a network that owns them. */
    @Override
    void close();
}
