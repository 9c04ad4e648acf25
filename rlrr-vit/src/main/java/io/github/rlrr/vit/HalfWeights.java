package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;

/** A Vision Transformer's weights with the matrices of its encoder blocks in float16. */
final class HalfWeights {

    /** The largest finite float16. */
    private static final float LARGEST = 65_504;

    private HalfWeights() {}

    /**
     * Copies weights; matrices of encoder blocks are rounded to float16.
     *
     * @param parameters every parameter by its path
     * @param manager owns the copies, also those made before an error
     * @return the copies by path
     * @throws IllegalArgumentException naming a weight that float16 cannot hold
     */
    static Map<String, NDArray> copy(Map<String, Parameter> parameters, NDManager manager) {
        Map<String, NDArray> copies = new LinkedHashMap<>();
        parameters.forEach(
                (path, parameter) -> {
                    NDArray weight = parameter.getArray();
                    boolean half = path.startsWith("blocks.") && weight.getShape().dimension() == 2;
                    if (half) {
                        requireRange(path, weight);
                    }
                    NDArray copy = weight.toType(half ? DataType.FLOAT16 : DataType.FLOAT32, true);
                    copy.attach(manager);
                    copies.put(path, copy);
                });
        return copies;
    }

    private static void requireRange(String path, NDArray weight) {
        try (NDArray magnitudes = weight.abs();
                NDArray largest = magnitudes.max();
                NDArray single = largest.toType(DataType.FLOAT32, true)) {
            float value = single.getFloat();
            if (!(value <= LARGEST)) {
                throw new IllegalArgumentException(
                        path
                                + " holds "
                                + value
                                + ", more than float16's "
                                + LARGEST
                                + "; keep this model's weights in float32");
            }
        }
    }
}
