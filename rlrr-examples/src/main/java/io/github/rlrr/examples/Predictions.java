package io.github.rlrr.examples;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.util.List;

/** Class probabilities of images. */
final class Predictions {

    private Predictions() {}

    /**
     * Classifies one image.
     *
     * @return softmax of the logits
     */
    static double[] of(Block block, RgbImage image, Preprocessing preprocessing, Device device) {
        Shape shape =
                new Shape(1, VitConfig.CHANNELS, preprocessing.height(), preprocessing.width());
        float[] values = new float[Math.toIntExact(shape.size())];
        preprocessing.normalise(preprocessing.resize(image), false, values, 0);
        try (GradMode off = GradMode.off();
                NDManager manager = NDManager.newBaseManager(device)) {
            off.suppressNotUsedWarning();
            NDArray input = manager.create(values, shape);
            ParameterStore store = new ParameterStore(manager, false);
            return softmax(block.forward(store, new NDList(input), false).head().toFloatArray());
        }
    }

    static double[] softmax(float[] logits) {
        double max = logits[best(logits)];
        double[] probabilities = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = Math.exp(logits[i] - max);
            sum += probabilities[i];
        }
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    static int best(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    /** Class indices from the most to the least probable. */
    static List<Integer> ranked(double[] probabilities) {
        return java.util.stream.IntStream.range(0, probabilities.length)
                .boxed()
                .sorted((a, b) -> Double.compare(probabilities[b], probabilities[a]))
                .toList();
    }
}
