package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import io.github.rlrr.Internal;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.part.Layer;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What networks do with their weights, whatever they are made of. */
@Internal
public final class NetworkWeights {

    private NetworkWeights() {}

    /**
     * Gives a network its weights.
     *
     * @param network one without weights
     * @param config what it takes and gives
     * @param weights every parameter by its path, in the network's own shapes
     * @param manager owns the weights
     * @throws IllegalArgumentException naming a missing, unexpected or mis-shaped weight
     */
    public static void set(
            Block network, BackboneConfig config, Map<String, NDArray> weights, NDManager manager) {
        for (Parameter own : network.getDirectParameters().values()) {
            own.setShape(null);
        }
        Map<String, Parameter> parameters = ModuleTree.of(network).parameters();
        if (!parameters.keySet().equals(weights.keySet())) {
            throw new IllegalArgumentException(
                    "the weights' names are not the model's: " + weights.keySet());
        }
        parameters.forEach((path, parameter) -> parameter.setArray(weights.get(path)));
        Shape images =
                new Shape(1, BackboneConfig.CHANNELS, config.imageHeight(), config.imageWidth());
        network.initialize(manager, DataType.FLOAT32, images);
    }

    /**
     * Makes a network on a manager of its own, where another one is.
     *
     * @param head of the other network
     * @param make makes it
     * @param <T> its class
     * @return what was made; the manager is closed where that fails
     */
    public static <T> T owning(Block head, Function<NDManager, T> make) {
        NDArray like = head.getDirectParameters().get("weight").getArray();
        NDManager manager = TorchRuntime.newManagerLike(like);
        try {
            return make.apply(manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * A head of zeros where another one is.
     *
     * @param head the other one
     * @param layer what the new one is
     * @return an initialized block
     */
    public static Block freshHead(Block head, Layer.Linear layer) {
        NDArray like = head.getDirectParameters().get("weight").getArray();
        Block fresh = layer.block();
        fresh.setInitializer(Initializer.ZEROS, parameter -> true);
        fresh.initialize(like.getManager(), DataType.FLOAT32, layer.input());
        return fresh;
    }

    /**
     * Absorbs an adapter into a fresh network.
     *
     * @param network the network
     * @param adapted the same, adapted
     * @param head the network's
     * @param make a network of the effective weights, by the number of classes and the manager
     * @param <T> its class
     * @return what was made
     * @throws IllegalArgumentException when {@code adapted} adapts another block
     */
    public static <T> T merged(
            Block network,
            AdaptedBlock adapted,
            Block head,
            BiFunction<Integer, MergedWeights, T> make) {
        if (adapted.base() != network) {
            throw new IllegalArgumentException("the adapted block's base is not this model");
        }
        return owning(
                head,
                manager -> {
                    Map<String, NDArray> weights = adapted.effectiveValues(manager);
                    NDArray headWeight = Objects.requireNonNull(weights.get("head.weight"));
                    int classes = Math.toIntExact(headWeight.getShape().get(0));
                    return make.apply(classes, new MergedWeights(weights, manager));
                });
    }

    /**
     * Weights with an adapter in them.
     *
     * @param weights by path
     * @param manager owns them
     */
    public record MergedWeights(Map<String, NDArray> weights, NDManager manager) {}

    /**
     * Refuses images of another size.
     *
     * @param images (B, 3, h, w)
     * @param config what is expected
     * @throws IllegalArgumentException with both shapes
     */
    public static void checkImages(NDArray images, BackboneConfig config) {
        Shape shape = images.getShape();
        if (shape.dimension() != 4
                || shape.get(1) != BackboneConfig.CHANNELS
                || shape.get(2) != config.imageHeight()
                || shape.get(3) != config.imageWidth()) {
            throw new IllegalArgumentException(
                    "the input has shape %s, expected (B, %s, %s, %s)"
                            .formatted(
                                    shape,
                                    BackboneConfig.CHANNELS,
                                    config.imageHeight(),
                                    config.imageWidth()));
        }
    }
}
