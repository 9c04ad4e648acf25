package io.github.rlrr.vit.part;

import ai.djl.ndarray.types.Shape;
import java.util.Map;

/** What a network is made of, all of it known before there are weights. */
public interface NetworkParts {

    /**
     * The shape of every parameter.
     *
     * @return by the parameter's path, in the network's order
     */
    Map<String, Shape> shapes();

    /**
     * Counts the matrix products of a forward to logits.
     *
     * @param counter takes them
     * @param batch B
     */
    void count(ProductCounter counter, long batch);
}
