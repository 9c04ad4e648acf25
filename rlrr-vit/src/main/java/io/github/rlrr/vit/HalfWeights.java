package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which weights of a Vision Transformer are held in float16, and their rounding: the matrices of
 * its encoder blocks, to 11 significant bits. All else stays float32.
 */
public final class HalfWeights {

    /** The largest finite float16. */
    private static final float LARGEST = 65_504;

    /**
     * Of blocks, be it in stages; what makes a bias of positions is small and no matrix of them.
     */
    private static final Pattern MATRICES =
            Pattern.compile("(layers\\.\\d+\\.)?blocks\\.(?!.*position).*\\.weight");

    private HalfWeights() {}

    /**
     * A weight as a model with half weights holds it.
     *
     * @param path the parameter's path in the model, such as {@code blocks.0.mlp.fc1.weight}
     * @param weight its values, float32
     * @return a new array on the weight's manager with memory of its own, float16 for the matrix of
     *     an encoder block, else float32
     * @throws IllegalArgumentException naming a weight that float16 cannot hold
     */
    public static NDArray of(String path, NDArray weight) {
        boolean half = MATRICES.matcher(path).matches() && weight.getShape().dimension() == 2;
        if (half) {
            requireRange(path, weight);
        }
        // To the type it has, toType answers with the same memory, asked for a copy or not.
        return half ? weight.toType(DataType.FLOAT16, true) : weight.duplicate();
    }

    /**
     * All weights of a model.
     *
     * @param parameters by path
     * @param manager owns the copies
     * @return the copies by path
     * @throws IllegalArgumentException naming a weight that float16 cannot hold
     */
    public static Map<String, NDArray> of(Map<String, Parameter> parameters, NDManager manager) {
        Map<String, NDArray> weights = new LinkedHashMap<>();
        parameters.forEach(
                (path, parameter) -> {
                    NDArray weight = of(path, parameter.getArray());
                    weight.attach(manager);
                    weights.put(path, weight);
                });
        return weights;
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
