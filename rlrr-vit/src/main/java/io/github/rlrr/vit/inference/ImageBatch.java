package io.github.rlrr.vit.inference;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.util.Arrays;
import java.util.List;

/** Images of a model's size to its logits: one forward, with nothing left behind. */
final class ImageBatch {

    private ImageBatch() {}

    /** Normalised values (B, 3, height, width) of images of that height and width. */
    static float[] values(List<RgbImage> sized, Preprocessing preprocessing) {
        int each = BackboneConfig.CHANNELS * preprocessing.height() * preprocessing.width();
        float[] values = new float[Math.multiplyExact(sized.size(), each)];
        for (int i = 0; i < sized.size(); i++) {
            preprocessing.normalise(sized.get(i), false, values, i * each);
        }
        return values;
    }

    /** The shape of a number of images. */
    static Shape shape(int images, Preprocessing preprocessing) {
        return new Shape(
                images, BackboneConfig.CHANNELS, preprocessing.height(), preprocessing.width());
    }

    /** Logits by image. Safe from several threads where nobody changes the block. */
    static float[][] logits(Block block, float[] values, Shape shape, Device device) {
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device)) {
            off.suppressNotUsedWarning();
            NDArray input = manager.create(values, shape);
            ParameterStore store = new ParameterStore(manager, false);
            return rows(block.forward(store, new NDList(input), false).head());
        }
    }

    /** The rows of logits (B, classes). */
    static float[][] rows(NDArray logits) {
        float[] all = logits.toFloatArray();
        int images = Math.toIntExact(logits.getShape().get(0));
        int classes = all.length / images;
        float[][] rows = new float[images][];
        for (int i = 0; i < images; i++) {
            rows[i] = Arrays.copyOfRange(all, i * classes, (i + 1) * classes);
        }
        return rows;
    }
}
